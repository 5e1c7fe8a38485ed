// node index.mts preview|up VERSION: the exit code is 0 if it was done, 1 if it failed, 2 if it was not understood.
import { automation, Config } from "@pulumi/pulumi";
import { SiteRelease } from "pulumi-site-release";

const [command, version] = process.argv.slice(2);
if (!version || (command !== "preview" && command !== "up")) {
  console.error("usage: node index.mts preview|up VERSION");
  process.exit(2);
}

const program = async () => {
  const site = new SiteRelease("example.com", {
    connection: { host: new Config().require("host"), user: "deploy" },
    deployPath: "/var/www/example.com",
    version,
    source: `./builds/${version}`,
  });
  return { live: site.liveVersion };
};

// One line for each thing that happens, as a CI's log wants it. What Pulumi says for its own debugging holds secrets.
const onEvent = ({ diagnosticEvent: said }: automation.EngineEvent) => {
  if (said === undefined || !/^(info|warning|error)/.test(said.severity)) return;
  const text = `${said.prefix ?? ""}${said.message}`.replace(/<\{%.*?%\}>/g, "").trim();
  if (text !== "") console.log(new Date().toISOString(), text);
};
const onError = (text: string) => process.stderr.write(text);

// An inline program runs in a temporary directory otherwise, where there are neither node_modules nor builds.
const stack = await automation.LocalWorkspace.createOrSelectStack(
  { stackName: "prod", projectName: "automation", program },
  { workDir: import.meta.dirname },
);
try {
  if (command === "preview") {
    await stack.preview({ diff: true, onOutput: (text) => process.stdout.write(text), onError });
  } else {
    const { outputs } = await stack.up({ onEvent, onError });
    console.log(`${outputs.live?.value} is live`);
  }
} catch (error) {
  if (!(error instanceof automation.CommandError)) throw error;
  process.exitCode = 1; // what failed has been told as it came
}
