import type { HttpBindings } from "@hono/node-server";
import type { Accounts, Caller, TokenStore } from "./accounts";
import type { Behavior } from "./behavior";
import type { PolicyStore } from "./policy-store";
import type { Arrival } from "./requests";
import type { ResourceStore } from "./resource-store";
import type { RoleCatalog } from "./role-catalog";

/** The Hono environment: the values that handlers pass on with a request. */
export interface Env {
  Bindings: HttpBindings;
  Variables: {
    arrival: Arrival;
    caller: Caller;
    /** Set when a fault applied to the request. */
    fault?: true;
    /** Set when a fault reset the connection. */
    reset?: true;
    /** The status of a response that a fault damaged and already sent. */
    sentStatus?: number;
  };
}

/** The parts of an emulator that its routes use. */
export interface Parts {
  accounts: Accounts;
  tokens: TokenStore;
  policies: PolicyStore;
  roles: RoleCatalog;
  resources: ResourceStore;
  behavior: Behavior;
  /** Makes several changes, and writes the data file once afterwards. */
  together: (change: () => void) => void;
}
