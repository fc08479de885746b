// The `build` script of every package, run in its folder: makes dist/ anew from src/.
//
// tsc turns each module into JavaScript on its own and leaves everything else behind, so what modules load from beside
// themselves (Lua scripts) is copied after it. Tests and what only they use stay out.
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { basename } from "node:path";

// Files of removed modules would stay otherwise.
rmSync("dist", { recursive: true, force: true });

const { status, error } = spawnSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
if (error) throw error;
if (status !== 0) process.exit(status ?? 1);

cpSync("src", "dist", { recursive: true, filter: (path) => !path.endsWith(".ts") && basename(path) !== "testing" });
