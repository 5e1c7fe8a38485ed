import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hostPlan } from "../../../provider/siteHost/plan.ts";
import { signed } from "../../../provider/siteHost/signed.ts";
import { hostSteps, stepScript, warningIn } from "../../../provider/siteHost/steps.ts";
import { hostScript } from "../../../provider/transport/script.ts";

const plan = hostPlan({
  serverName: "example.com",
  deployPath: "/srv/site",
  phpExtensions: ["intl"],
  packages: ["acl"],
  authorizedKeys: [],
  poolAccess: false,
});
const steps = hostSteps({ strategy: "include", opcacheSettings: true, opcacheEndpoint: true, serverBlock: true });

describe("a step of a SiteHost", () => {
  it("is told what it needs and nothing else, so that it runs again for nothing else", () => {
    assert.deepEqual(Object.fromEntries(steps.map((step) => [step.name, step.inputs(plan)])), {
      packages: { php_version: "", packages: "php-intl acl" },
      "deploy-user": {
        server_name: "example.com",
        deploy_user: "deploy",
        authorized_keys: "",
        pool: "/run/php/php-fpm.sock",
        pool_access: "no",
        log_access: "",
      },
      directories: {
        deploy_user: "deploy",
        deploy_path: "/srv/site",
        include_path: "/srv/site/root_dir.nginx.conf",
      },
      "sudo-rights": { sudo_file: plan.sudo.file, sudo_text: plan.sudo.text },
      include: {
        server_name: "example.com",
        deploy_user: "deploy",
        deploy_path: "/srv/site",
        public_dir: "public",
        include_path: "/srv/site/root_dir.nginx.conf",
        placeholder: plan.placeholder,
      },
      "opcache-settings": {
        server_name: "example.com",
        deploy_path: "/srv/site",
        php_version: "",
        pool: "/run/php/php-fpm.sock",
        opcache_settings: plan.opcacheIni,
      },
      "opcache-endpoint": {
        server_name: "example.com",
        endpoint_port: "9180",
        endpoint_script: plan.endpoint.script,
        endpoint_php: plan.endpoint.php,
        endpoint_block: plan.endpoint.block,
      },
      keepalive: { keepalive_file: plan.keepalive.file, keepalive_text: plan.keepalive.text },
      "server-block": {
        server_name: "example.com",
        deploy_path: "/srv/site",
        server_block: signed(plan.serverBlock, "#"),
      },
    });
  });

  it("installs the extensions of the PHP that serves the site", () => {
    const [packages] = steps;
    const inputs = packages?.inputs({ ...plan, phpVersion: "8.3", phpExtensions: ["intl", "pgsql"] });
    assert.deepEqual(inputs, { php_version: "8.3", packages: "php8.3-intl php8.3-pgsql acl" });
  });

  it("gives the group of the logs, takes it, or leaves it as it is", () => {
    const user = steps[1];
    const wish = (logAccess?: boolean) =>
      user?.inputs({ ...plan, ...(logAccess !== undefined && { logAccess }) }).log_access;
    assert.deepEqual([wish(true), wish(false), wish()], ["yes", "no", ""]);
  });

  it("is a script behind its variables, each one word whatever it holds", () => {
    const [packages] = steps;
    assert.ok(packages !== undefined);
    assert.equal(
      stepScript(packages, { ...plan, phpExtensions: [], packages: ["a'b\n$(c)"] }),
      `php_version=''\npackages='a'\\''b\n$(c)'\n${hostScript("hostPackages")}`,
    );
  });

  it("warns from its first warning on", () => {
    assert.equal(warningIn("wrote /a\nwarning: /b was edited\n-x\n+y\n"), "/b was edited\n-x\n+y");
    assert.equal(warningIn("no warning: here\n"), "");
  });
});
