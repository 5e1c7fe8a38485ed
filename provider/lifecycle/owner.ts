import { createHash } from "node:crypto";
import type { Owner } from "../switch/plan.ts";
import type { CommonInputs } from "./shapes.ts";
import { derived } from "./unknown.ts";

/** Where a resource stands in its stack: urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>. */
export interface Standing {
  readonly stack: string;
  readonly project: string;
  /** The type of the resource's parent; empty without one. */
  readonly parentType: string;
  readonly name: string;
}

export function standing(urn: string): Standing {
  const [stack = "", project = "", types = "", ...name] = urn.replace(/^urn:pulumi:/, "").split("::");
  return { stack, project, parentType: types.split("$").slice(0, -1).join("$"), name: name.join("::") };
}

/**
 * Who a site belongs to. Release and Switch of one SiteRelease have the same owner: it is their parent, whose name they have. The
 * host is part of the id, so that a resource and its replacement on another machine are two.
 */
export function ownerOf(inputs: CommonInputs): Owner {
  const { connection, deployPath, __urn } = inputs;
  const { stack, project, parentType, name } = standing(__urn);
  const place = connection === undefined ? ["local", 0] : [connection.host, connection.port];
  const id = derived([connection, ...place, deployPath, __urn], () =>
    createHash("sha256")
      .update(JSON.stringify([stack, project, parentType, name, ...place, deployPath]))
      .digest("hex")
      .slice(0, 16),
  );
  return { id, stack: `${project}/${stack}`, resource: name };
}

/** The id as it was written to the host: how it is made may change from one version of this package to the next. */
export function ownerIdOf(inputs: CommonInputs): string {
  return inputs.__owner?.id ?? ownerOf(inputs).id;
}
