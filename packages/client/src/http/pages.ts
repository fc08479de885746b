import type { CallOptions, Http } from "./http.ts";

interface Page<Item> {
  data: readonly Item[];
  next?: string | null | undefined;
}

export interface ListOptions extends CallOptions {
  path: string;
  /** What is asked for besides the place. */
  query?: object | undefined;
}

/** Everything a list holds, page by page as it is iterated. */
export async function* listAll<Item>(http: Http, { path, query, signal }: ListOptions): AsyncGenerator<Item, void> {
  let after: string | undefined;
  do {
    const page: Page<Item> = await http.json({ path, query: { ...query, after }, signal });
    yield* page.data;
    after = page.next ?? undefined;
  } while (after !== undefined);
}
