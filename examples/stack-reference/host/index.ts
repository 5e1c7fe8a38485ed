import { Config } from "@pulumi/pulumi";

// Stands for the stack that makes the machine, whose outputs are what others need of it.
const config = new Config();
export const address = config.require("address");
export const hostKey = config.require("hostKey"); // "ssh-ed25519 AAAA…"
export const deployKey = config.requireSecret("deployKey");
