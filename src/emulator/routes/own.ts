import { createRequire } from "node:module";
import { Hono } from "hono";
import type { Env, Parts } from "../context";
import { Refusal } from "../errors";
import { readJson } from "../requests";
import { SeedError } from "../seed-authorization";
import { parseSeeds } from "../seed-file";

const { name, version } = createRequire(__filename)("../../../package.json") as {
  name: string;
  version: string;
};

/** The emulator's own endpoints, which need no token: `GET /health` and `POST /seed`. IBM Cloud has neither. */
export function ownRoutes({ accounts, policies, resources, roles, together }: Parts): Hono<Env> {
  const routes = new Hono<Env>();
  const counts = () => ({
    policies: policies.all().filter(({ state }) => state === "active").length,
    instances: resources.stored().instances.length,
    resourceGroups: resources.stored().resourceGroups.length,
  });
  routes.get("/health", (c) =>
    c.json({ name, version, accounts: accounts.map(({ id }) => id), ...counts() }),
  );
  // readJson requires `application/json`, which browsers don't let the pages of other sites send.
  routes.post("/seed", async (c) => {
    try {
      const { seed, instances, resourceGroups } = parseSeeds(await readJson(c), () => roles, accounts);
      together(() => {
        resources.addGroups(resourceGroups);
        resources.addInstances(instances);
        policies.seed(seed);
      });
      return c.json(counts());
    } catch (error) {
      if (error instanceof SeedError) return c.json({ error: `${error.message}.` }, 400);
      if (error instanceof Refusal) return c.json({ error: error.message }, error.status);
      return c.json({ error: `The emulator failed: ${(error as Error).message}` }, 500);
    }
  });
  return routes;
}
