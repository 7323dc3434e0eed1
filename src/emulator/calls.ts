/** One request that the emulator answered. It holds neither keys nor tokens. */
export interface Call {
  /** The name of the method of IBM's SDK that makes it, such as `createV2Policy`; `token`; or `unknown`. */
  operation: Operation | "unknown";
  method: string;
  path: string;
  query: Record<string, string>;
  /** What the caller was answered; 0 when the connection was reset instead. */
  status: number;
  userAgent: string;
  transactionId: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** There when an injected fault met it. */
  fault?: true;
}

/** A request that is not answered yet. */
export type Arrival = Omit<Call, "status" | "fault">;

const OPERATIONS = [
  ["POST", /^\/identity\/token$/, "token"],
  ["POST", /^\/v2\/policies$/, "createV2Policy"],
  ["GET", /^\/v2\/policies$/, "listV2Policies"],
  ["GET", /^\/v2\/policies\/[^/]+$/, "getV2Policy"],
  ["PUT", /^\/v2\/policies\/[^/]+$/, "replaceV2Policy"],
  ["DELETE", /^\/v2\/policies\/[^/]+$/, "deleteV2Policy"],
  ["POST", /^\/v1\/policies$/, "createPolicy"],
  ["GET", /^\/v1\/policies$/, "listPolicies"],
  ["GET", /^\/v1\/policies\/[^/]+$/, "getPolicy"],
  ["PUT", /^\/v1\/policies\/[^/]+$/, "replacePolicy"],
  ["DELETE", /^\/v1\/policies\/[^/]+$/, "deletePolicy"],
  ["PATCH", /^\/v1\/policies\/[^/]+$/, "updatePolicyState"],
  ["GET", /^\/v2\/roles$/, "listRoles"],
  ["GET", /^\/v2\/resource_instances$/, "listResourceInstances"],
  ["GET", /^\/v2\/resource_instances\/[^/]+$/, "getResourceInstance"],
  ["GET", /^\/v2\/resource_groups$/, "listResourceGroups"],
] as const satisfies readonly (readonly [method: string, path: RegExp, operation: string])[];

/** What the emulator can be asked: the names of the methods of IBM's SDK, and `token`. */
export type Operation = (typeof OPERATIONS)[number][2];

export function operationOf(method: string, path: string): Call["operation"] {
  return OPERATIONS.find(([each, pattern]) => each === method && pattern.test(path))?.[2] ?? "unknown";
}
