import { Script } from "../redis/script.ts";

const parts = ["others-answers.lua", "levels.lua", "answers-under-way.lua"].map((part) => new URL(part, import.meta.url));

/** A script of this folder, with what all that change the budgets have in common. */
export function budgetScript(file: string): Script {
  return new Script(new URL(file, import.meta.url), parts);
}
