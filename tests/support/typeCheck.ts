import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "./paths.ts";

/** What the compiler says against programs, each as a file of a user's own beside the package. */
export function typeErrors(programs: readonly string[]): readonly string[] {
  // Inside the repository its own name leads to what users get.
  const texts = new Map(programs.map((text, index) => [join(ROOT, `snippet${index}.ts`), text]));
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.readFile = (path) => texts.get(path) ?? read(path);
  host.fileExists = (path) => texts.has(path) || exists(path);
  host.getSourceFile = (path, target) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, target);
  };
  const checked = ts.createProgram([...texts.keys()], options, host);
  return ts.getPreEmitDiagnostics(checked).map(({ file, start, messageText }) => {
    const { line } = file?.getLineAndCharacterOfPosition(start ?? 0) ?? { line: 0 };
    return `${file?.text.split("\n")[line]?.trim()}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}
