import { reloadWarning, switchWarnings } from "../../../provider/switch/report.ts";
import { switchPlanOf } from "../../../tests/support/switchPlan.ts";
import { quoted } from "../said.ts";
import type { Trouble } from "../trouble.ts";

const untouched = { warm: undefined, cleared: undefined };
const untried = { smoke: undefined, probe: undefined };

/** The warning that a switch ends with where its host has said these facts. */
function warning(facts: Readonly<Record<string, string>>): string {
  const answer = { outcome: "switched", facts: new Map(Object.entries(facts)), texts: new Map<string, string[]>() };
  const [text = ""] = switchWarnings(switchPlanOf("43"), answer, untried, untouched);
  if (text === "") throw new Error("nothing is warned of");
  return `warning: ${text}`;
}

/** What is told of a switch that went well. */
export const warnings: readonly Trouble[] = [
  {
    title: "nginx closes idle connections when it reloads",
    text: `warning: ${reloadWarning("nginx/1.26.3") ?? ""}`,
    why: "Told once a site. Browsers ask again by themselves; some API clients do not.",
    act: '`strategy: "symlink"`, which needs no reload, or nginx 1.27.4 and later with `keepalive_min_timeout 10s;` at http level.',
  },
  {
    title: "Old workers still finish requests",
    text: warning({ drained: "no" }),
    why: "`drainTimeout` was over before the last request of the old version was. They go on by themselves; the release that they serve stays, and opcache is cleared by the next switch.",
    act: "nothing, where the site has long requests. `worker_shutdown_timeout` in nginx.conf bounds them.",
  },
  {
    title: "An interrupted switch was found",
    text: warning({ recovered: "restored 41 after an interrupted switch to 42" }),
    why: "A run before this one was killed or lost its host, and this one has put in order what it left.",
  },
  {
    title: "The site was taken over",
    text: warning({
      "took-over":
        '{"id":"4e8a","stack":"organization/shop/staging","resource":"example.com","since":"2026-10-03T09:12:00Z"}',
    }),
    why: "Another resource had it: after a rename in the program that is right. If it was another stack, that one now shows a difference.",
  },
  {
    title: "Whether nginx reads the include was not seen",
    text: warning({ "include-unread": "/var/www/example.com/root_dir.nginx.conf" }),
    why: "The file system keeps no time of access, or `nginx.test` is a command of your own, and no file of nginx's configuration that the login can read names the include. The probe has proved what it asks for.",
  },
  {
    title: "Pending edits were not seen",
    text: warning({ "pending-edits": "unknown" }),
    why: "nginx's processes are hidden from the login (`hidepid=2`), so it is not known since when they run. [What shows them](host.md#everything-as-the-errors-say-it).",
  },
  {
    title: "A refresh kept the state",
    text: `warning: ${quoted(". The state is kept as it was", "lifecycle/unreachable.ts").replace(/^\. /, "Cannot connect to …. ")}`,
    why: "`pulumi refresh` could not ask the host; an error would stop the refresh of the whole stack. What it says before that is an entry of [its own](#the-connection).",
  },
];
