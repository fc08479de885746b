// Vitest runs this before each test file, also where several share a process.
import { afterAll } from "vitest";
import { endAfterFile } from "./cleanup.ts";

afterAll(endAfterFile);
