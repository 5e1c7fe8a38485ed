import { draw } from "../support/chart.ts";
import type { Filled } from "./filling.ts";
import type { Switched } from "./switches.ts";
import { label, measured } from "./ways.ts";

/** The latencies around the first switch of each way. */
export function drawSwitches(switched: readonly Switched[]): Promise<void> {
  const values = switched.flatMap(({ way, samples, begun }) =>
    begun
      .slice(0, 1)
      .flatMap((from) =>
        samples
          .filter(({ due, answer }) => answer !== undefined && due >= from - 4000 && due < from + 8000)
          .map(({ due, ended }) => ({ policy: label(way), at: (due - from) / 1000, latency: ended - due })),
      ),
  );
  return draw("opcache-switch.svg", {
    config: { aria: false },
    data: { values },
    facet: { column: { field: "policy", type: "nominal", title: null, sort: measured.map(label) } },
    spec: {
      width: 190,
      height: 220,
      mark: { type: "point", size: 6, filled: true, opacity: 0.5 },
      encoding: {
        x: { field: "at", type: "quantitative", title: "seconds since the switch began" },
        y: { field: "latency", type: "quantitative", title: "latency, ms", scale: { type: "log" } },
      },
    },
  });
}

/** The median of each release, by way. */
export function drawReleases(filled: readonly Filled[]): Promise<void> {
  const values = filled.flatMap(({ way, medians }) =>
    medians.map((p50, index) => ({ policy: label(way), release: index + 1, p50 })),
  );
  return draw("opcache-releases.svg", {
    config: { aria: false },
    data: { values },
    width: 480,
    height: 220,
    mark: { type: "line", point: true },
    encoding: {
      x: { field: "release", type: "quantitative", title: "release" },
      y: { field: "p50", type: "quantitative", title: "p50, ms", scale: { type: "log" } },
      color: { field: "policy", type: "nominal", title: null },
    },
  });
}
