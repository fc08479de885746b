import type { Express, NextFunction, Request, Response } from "express";
import type { ApiContext } from "../api-context.ts";
import { Problem } from "../problems/problem.ts";
import { sendAnswer } from "./answer.ts";
import type { Operation } from "./operation.ts";
import { traceOf } from "./request-trace.ts";

/** Makes routes of the operations; a path's other methods are answered with 405. */
export function registerOperations(app: Express, operations: readonly Operation[], context: ApiContext): void {
  for (const [path, ofPath] of Map.groupBy(operations, ({ path }) => path)) {
    const route = app.route(path.replaceAll(/\{(\w+)\}/g, ":$1"));
    for (const operation of ofPath) route[operation.method](handlerOf(operation, context));
    route.all(refuseMethod(allowedMethods(ofPath)));
  }
}

function handlerOf(operation: Operation, context: ApiContext) {
  return async (request: Request, response: Response): Promise<void> => {
    const trace = traceOf(response);
    trace.route = operation.path;
    trace.isQuiet = operation.tag === "Health";
    const answer = await operation.answer(request, response, context);
    await sendAnswer(response, answer, context.isDraining());
  };
}

function allowedMethods(operations: readonly Operation[]): string {
  return operations.map(({ method }) => (method === "get" ? "GET, HEAD" : method.toUpperCase())).join(", ");
}

function refuseMethod(allowed: string) {
  return (_request: Request, _response: Response, next: NextFunction): void => {
    next(Problem.of("invalid_request", { status: 405, detail: `This path takes ${allowed}.`, headers: { Allow: allowed } }));
  };
}
