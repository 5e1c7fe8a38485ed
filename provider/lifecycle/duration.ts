import { type Field, field } from "./fields.ts";
import { isUnknown } from "./unknown.ts";

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
const WRITTEN = /^(\d+(\.\d+)?(ms|s|m|h))+$/;

const given = field(
  'a duration as in "5m" or "1h30m"',
  (value): value is string | number =>
    (typeof value === "number" && value > 0) || (typeof value === "string" && WRITTEN.test(value)),
);

/** Seconds, written as Pulumi's customTimeouts are ("1h30m"), or already counted. */
export const duration: Field<number> = {
  parse(value, at) {
    const good = given.parse(value, at);
    if (typeof good === "number" || isUnknown(good)) return good as number;
    const parts = [...good.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
    return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (SECONDS[unit] ?? 0), 0);
  },
};
