import { readFileSync } from "node:fs";
import ts from "typescript";

/** One field of an interface or class of the package's own, as its source documents it. */
export interface Declared {
  readonly name: string;
  /** As a person writes it, as in "string" or "list of numbers". */
  readonly type: string;
  readonly isRequired: boolean;
  readonly doc: string;
  readonly default?: string;
}

/** The documented fields of the interface or class `name` in a file, its bases' in the same file first. */
export function declaredIn(path: string, name: string): readonly Declared[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found = source.statements.find(
    (each): each is ts.InterfaceDeclaration | ts.ClassDeclaration =>
      (ts.isInterfaceDeclaration(each) || ts.isClassDeclaration(each)) && each.name?.text === name,
  );
  if (found === undefined) throw new Error(`${path} declares no ${name}`);
  const bases = ts.isInterfaceDeclaration(found) ? (found.heritageClauses ?? []) : [];
  const inherited = bases.flatMap(({ types }) => types.flatMap((type) => declaredIn(path, type.expression.getText())));
  return [...inherited, ...found.members.flatMap(declared)];
}

function declared(member: ts.TypeElement | ts.ClassElement): Declared[] {
  if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) return [];
  const [comment] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
  const doc = oneLine(ts.getTextOfJSDocComment(comment?.comment));
  const tag = comment?.tags?.find(({ tagName }) => tagName.text === "default");
  const value = oneLine(ts.getTextOfJSDocComment(tag?.comment));
  return [
    {
      name: member.name.getText(),
      type: typeWords(member.type?.getText() ?? ""),
      isRequired: member.questionToken === undefined,
      doc,
      ...(value !== "" && { default: value }),
    },
  ];
}

function oneLine(text: string | undefined): string {
  return (text ?? "").replace(/\s+/g, " ").trim();
}

/** `pulumi.Input<pulumi.Input<string>[]>` is a list of strings to whoever writes it. */
export function typeWords(text: string): string {
  const inner = /^pulumi\.(?:Input|Output)<(.*)>$/s.exec(text)?.[1];
  if (inner !== undefined) return typeWords(inner);
  const item = /^(.*)\[\]$/s.exec(text)?.[1];
  if (item !== undefined) return `list of ${plural(typeWords(item))}`;
  const value = /^Record<string, (.*)>$/s.exec(text)?.[1];
  if (value !== undefined) return `${plural(typeWords(value))} by name`;
  return text.replace(/^pulumi\.asset\./, "");
}

function plural(word: string): string {
  return /^(string|number|boolean)$/.test(word) ? `${word}s` : word;
}
