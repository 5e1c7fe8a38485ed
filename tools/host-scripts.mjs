// The scripts that run on hosts, and the files each is joined from, in this order. The last file of each starts it.
const site = ["time", "journal", "include", "test", "workers", "witness", "owner"].map((part) => `switch/${part}`);
const steps = ["lock", "ask", "deployer", "ready", "pending", "reload", "commit", "restore", "recover", "drain"];

export const scripts = {
  stage: ["protocol", "manifest", "stage"],
  switch: ["protocol", ...site, ...steps.map((part) => `switch/${part}`), "switch/main"],
  observe: ["protocol", ...site, "switch/observe"],
  leave: ["protocol", ...site, "switch/lock", "switch/leave"],
  pool: ["protocol", "pool"],
};
