import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs, ProxyConnectionArgs } from "./connectionArgs.ts";
import type { OpcacheArgs } from "./switchArgs.ts";

type Kind = "Release" | "Switch" | "Step";

/** The type that a stack knows a dynamic resource by. */
export function typeOf(kind: Kind): string {
  return `pulumi-nodejs:dynamic/pulumi-site-release:${kind}`;
}

/** What a resource tells its provider besides its inputs. */
export function hiddenInputs(name: string, kind: Kind, opts: pulumi.CustomResourceOptions | undefined) {
  // As a promise, since an output of the parent would make the child wait for all of the parent's children, itself among them.
  const urn = pulumi.createUrn(name, typeOf(kind), opts?.parent);
  return {
    __urn: new Promise<string>((resolve) => urn.apply(resolve)),
    // The server of dynamic resources ignores customTimeouts: the package keeps them itself.
    timeout: opts?.customTimeouts && { ...opts.customTimeouts },
  };
}

/** The connection with its secrets marked, and nothing else of it hidden. */
export function secretConnection(
  connection: pulumi.Input<ConnectionArgs> | undefined,
): pulumi.Input<ConnectionArgs> | undefined {
  if (connection === undefined) return undefined;
  if (pulumi.Output.isInstance(connection) || connection instanceof Promise)
    return pulumi.secret(connection as pulumi.Input<ConnectionArgs>);
  const { proxy, ...login } = connection;
  return { ...secretLogin(login), ...(proxy === undefined ? {} : { proxy: secretProxy(proxy) }) };
}

/** opcache's wishes with the values of its headers marked: one of them may be what keeps others from the endpoint. */
export function secretOpcache(opcache: pulumi.Input<OpcacheArgs> | undefined): pulumi.Input<OpcacheArgs> | undefined {
  if (opcache === undefined) return undefined;
  if (pulumi.Output.isInstance(opcache) || opcache instanceof Promise)
    return pulumi.secret(opcache as pulumi.Input<OpcacheArgs>);
  const { headers } = opcache;
  return headers === undefined ? opcache : { ...opcache, headers: pulumi.secret(headers) };
}

function secretProxy(proxy: pulumi.Input<ProxyConnectionArgs>): pulumi.Input<ProxyConnectionArgs> {
  return pulumi.Output.isInstance(proxy) || proxy instanceof Promise ? pulumi.secret(proxy) : secretLogin(proxy);
}

function secretLogin<T extends ProxyConnectionArgs>(login: T): T {
  const { password, privateKey, privateKeyPassword } = login;
  return {
    ...login,
    ...(password === undefined ? {} : { password: pulumi.secret(password) }),
    ...(privateKey === undefined ? {} : { privateKey: pulumi.secret(privateKey) }),
    ...(privateKeyPassword === undefined ? {} : { privateKeyPassword: pulumi.secret(privateKeyPassword) }),
  };
}
