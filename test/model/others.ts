import type { IamEmulator, Policy, Seed } from "../../src/emulator";
import { ACCOUNT } from "../support/inputs";
import { bodyOf, THEIR_KEY, type Body, type Declared } from "./universe";

/** Other users of the account, with another client and other credentials. Each function returns the policy's id if IAM accepted the call. */
export interface Others {
  make: (declared: Declared) => Promise<string | undefined>;
  change: (id: string, body: Body) => Promise<string | undefined>;
  remove: (id: string) => Promise<string | undefined>;
  /** Restores a deleted policy, as IBM's console can. */
  restore: (id: string) => Promise<string | undefined>;
}

export async function others({ url }: IamEmulator): Promise<Others> {
  const form = new URLSearchParams({
    grant_type: "urn:ibm:params:oauth:grant-type:apikey",
    apikey: THEIR_KEY,
  });
  const token = (await (await fetch(`${url}/identity/token`, { method: "POST", body: form })).json()) as {
    access_token: string;
  };

  async function ask(method: string, path: string, body?: object): Promise<string | undefined> {
    const answer = await fetch(url + path, {
      method,
      headers: {
        Authorization: `Bearer ${token.access_token}`,
        "Content-Type": "application/json",
        "If-Match": "*",
        "User-Agent": "others",
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) return undefined;
    return text === "" ? path.split("/").at(-1) : (JSON.parse(text) as { id: string }).id;
  }

  return {
    make: (declared) => ask("POST", "/v2/policies", bodyOf(declared)),
    change: (id, body) => ask("PUT", `/v2/policies/${id}`, body),
    remove: (id) => ask("DELETE", `/v2/policies/${id}`),
    restore: (id) => ask("PATCH", `/v1/policies/${id}`, { state: "active" }),
  };
}

/** The properties of policies that only IBM creates. */
export const MAKERS = {
  service: { created_by_id: `crn-crn:v1:bluemix:public:cloud-object-storage:global:a/${ACCOUNT}:x::` },
  template: { template: { id: "policyTemplate-1", version: "1" } },
} satisfies Record<string, Partial<Policy>>;

/** Returns a policy that the provider must not adopt. */
export function untouchable(declared: Declared, by: keyof typeof MAKERS): Seed {
  return { ...bodyOf(declared), ...MAKERS[by] };
}
