import { join } from "node:path";

/** The repository's root; the tests run from dist/. */
export const ROOT = join(__dirname, "../../..");
