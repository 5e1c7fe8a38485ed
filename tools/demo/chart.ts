import type { TopLevelSpec } from "vega-lite";
import { INTERVAL, inOrder, type Timeline } from "./timeline.ts";

type Panel = Extract<TopLevelSpec, { layer: unknown }>["layer"][number];

const WIDTH = 660;
// One that every system has: the picture is shown as it is, without a font of its own.
const FONT = "Helvetica, Arial, sans-serif";

/** What each request met, and how long it took, over time. */
export function chartOf(timeline: Timeline, title: string, notes: readonly string[]): TopLevelSpec {
  const until = Math.max(...timeline.answers.map(({ to }) => to));
  const panel = (height: number, axis: Axis, draw: (timeline: Timeline, x: Across) => Panel) => {
    const x: Across = { type: "quantitative", scale: { domain: [0, until], nice: false }, axis };
    return { width: WIDTH, height, layer: [updates(timeline, x), draw(timeline, x), lines(timeline, x)] };
  };
  return {
    background: "white",
    padding: 12,
    config: { aria: false, font: FONT, view: { stroke: null }, axis: { grid: false, titleFontWeight: "normal" } },
    title: { text: title, subtitle: [...notes], anchor: "start", offset: 8 },
    spacing: 8,
    vconcat: [
      panel(34, null, texts),
      panel(140, null, answers),
      panel(100, { title: "seconds; grey while pulumi up runs" }, latencies),
    ],
    resolve: { scale: { color: "independent" } },
  };
}

type Axis = null | { readonly title: string };

interface Across {
  readonly type: "quantitative";
  readonly scale: { domain: number[]; nice: boolean };
  readonly axis: Axis;
}

/** Grey while `pulumi up` runs. */
function updates(timeline: Timeline, x: Across): Panel {
  return {
    data: { values: [...timeline.updates] },
    mark: { type: "rect", color: "#eef1f4" },
    encoding: { x: { field: "from", ...x }, x2: { field: "to" } },
  };
}

function lines(timeline: Timeline, x: Across): Panel {
  return {
    data: { values: [...timeline.moments] },
    mark: { type: "rule", color: "#555", strokeDash: [2, 2] },
    encoding: { x: { field: "at", ...x } },
  };
}

function texts(timeline: Timeline, x: Across): Panel {
  // Two that follow each other closely stand one above the other.
  const rows = timeline.moments.map((moment, index) => ({ ...moment, row: index % 2 }));
  return {
    data: { values: rows },
    mark: { type: "text", align: "left", dx: 4, fontSize: 11 },
    encoding: {
      x: { field: "at", ...x },
      y: { field: "row", type: "ordinal", axis: null },
      text: { field: "text", type: "nominal" },
    },
  };
}

function answers(timeline: Timeline, x: Across): Panel {
  const kinds = [...new Set(timeline.answers.map(({ kind }) => kind))].toSorted(inOrder);
  return {
    data: { values: [...timeline.answers] },
    mark: { type: "rect" },
    encoding: {
      x: { field: "from", ...x },
      x2: { field: "to" },
      y: { field: "low", type: "quantitative", title: `requests/${INTERVAL} s`, axis: { tickCount: 3 } },
      y2: { field: "high" },
      color: {
        field: "kind",
        type: "nominal",
        title: null,
        scale: { domain: kinds, range: kinds.map((kind, index) => colourOf(kind, index)) },
      },
    },
  };
}

function latencies(timeline: Timeline, x: Across): Panel {
  return {
    data: { values: [...timeline.latencies] },
    mark: { type: "line", strokeWidth: 1.5 },
    encoding: {
      x: { field: "at", ...x },
      y: { field: "ms", type: "quantitative", scale: { type: "log" }, title: "latency, ms", axis: { tickCount: 3 } },
      color: {
        field: "of",
        type: "nominal",
        title: null,
        scale: { domain: ["slowest", "median"], range: ["#aaa", "#333"] },
      },
    },
  };
}

// Told apart by how light they are, too.
const VERSIONS = ["#4c78a8", "#9ecae9", "#54a24b", "#b6e0a8"];
const BAD = "#e45756";
const UNANSWERED = "#222";

function colourOf(kind: string, index: number): string {
  if (!kind.startsWith("version ")) return UNANSWERED;
  return /,| and /.test(kind) ? BAD : (VERSIONS[index % VERSIONS.length] ?? BAD);
}
