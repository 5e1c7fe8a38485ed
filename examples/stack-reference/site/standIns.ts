import { type CustomResourceOptions, dynamic, type Input } from "@pulumi/pulumi";

// Stand for the resources of a DNS provider and of a monitor, which want accounts: these only keep what they are given.
const keeper: dynamic.ResourceProvider = {
  create: async (inputs) => ({ id: "kept", outs: inputs }),
  update: async (_id, _olds, news) => ({ outs: news }),
};

export class DnsRecord extends dynamic.Resource {
  constructor(name: string, args: { type: string; value: Input<string> }, opts?: CustomResourceOptions) {
    super(keeper, name, args, opts, "stand-in", "DnsRecord");
  }
}

export class Monitor extends dynamic.Resource {
  constructor(name: string, args: { url: string; version: Input<string> }, opts?: CustomResourceOptions) {
    super(keeper, name, args, opts, "stand-in", "Monitor");
  }
}
