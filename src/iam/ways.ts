import { isTls, NOT_SENT, NOT_SHOWN, TIMED_OUT, UNREADABLE } from "./outcome";
import type { ErrorCode } from "../shared/coded-error";
import type { Told } from "./told";

/** One kind of failure: how it is known, its stable code (docs/errors.md), and what to do next. */
export interface Way {
  when: (told: Told) => boolean;
  code: ErrorCode;
  hint: string;
}

/** The first row that matches counts. */
export type Ways = readonly Way[];

/** One of IBM's services beside IAM: what its errors call it, and say to do next. */
export interface OtherService {
  name: string;
  ways: Ways;
}

/** Whether something answered that cannot have been the one that was asked. */
function isStrangers({ status, code }: Told): boolean {
  if (status === 404) return code === undefined;
  return code === UNREADABLE || (status !== undefined && status >= 300 && status < 400);
}

/** What is the same for each service of IBM's. */
function common(who: string, places: string): { first: Ways; last: Ways } {
  const endpoint = `the endpoint (${places})`;
  return {
    first: [
      {
        when: ({ status }) => status === 407,
        code: "proxy-authentication",
        hint: "A proxy asks for credentials: write them into HTTPS_PROXY (http://user:password@host:port), or exempt the host with NO_PROXY",
      },
      {
        when: isStrangers,
        code: "not-iam",
        hint: `Something else answered in ${who === "IAM" ? "IAM's" : "its"} place: check proxies and ${endpoint}`,
      },
      {
        when: ({ said }) => said.includes("Invalid URL"),
        code: "invalid-endpoint",
        hint: `${endpoint.replace(/^t/, "T")} must begin with https://`,
      },
    ],
    last: [
      {
        when: ({ code, said }) =>
          isTls(code) && /wrong version number|EPROTO|packet length too long/i.test(`${code ?? ""} ${said}`),
        code: "invalid-endpoint",
        hint: `${endpoint.replace(/^t/, "T")} speaks plain HTTP on this port, and https:// was asked for: correct its scheme or port`,
      },
      {
        when: ({ code }) => isTls(code),
        code: "tls",
        hint: "The endpoint's certificate is not trusted: check the endpoint, and add a company's own authority with NODE_EXTRA_CA_CERTS",
      },
      {
        when: ({ code }) => code === NOT_SHOWN,
        code: "not-shown-yet",
        hint: "Run pulumi refresh in a few minutes",
      },
      {
        when: ({ code }) => code === NOT_SENT,
        code: "not-sent",
        hint: `Nothing was sent: check the credentials and ${endpoint}`,
      },
      {
        when: ({ code }) => code === TIMED_OUT,
        code: "no-answer",
        hint: `No answer came in time: check the network, proxies and ${endpoint}, or raise ibmcloud:requestTimeout or ibmcloud:retryTimeout`,
      },
      {
        when: ({ status }) => status === undefined,
        code: "no-answer",
        hint: `No answer came: check the network, proxies and ${endpoint}`,
      },
    ],
  };
}

const IAM = common("IAM", "ibmcloud:iamEndpoint, IBMCLOUD_IAM_API_ENDPOINT");

/** Those of IAM. */
export const WAYS: Ways = [
  {
    when: ({ status, code }) => status === 400 && code?.startsWith("BXNIM") === true,
    code: "credentials-refused",
    hint: "The token service refused the credentials: check the API key (ibmcloud:apiKey, IC_API_KEY, IBMCLOUD_API_KEY), whether it was deleted or locked, and the endpoint it belongs to. After a change of ibmcloud:apiKey, refresh and destroy need --run-program, or a pulumi up first",
  },
  ...IAM.first,
  {
    when: ({ status }) => status === 400,
    code: "invalid-request",
    hint: "Check that both services take this scope and these roles",
  },
  {
    when: ({ status }) => status === 401,
    code: "token-refused",
    hint: "The token is expired or not of this IAM: renew the credentials and run again",
  },
  {
    when: ({ status, reads }) => status === 403 && reads === true,
    code: "not-permitted",
    hint: "The credentials need the platform role Viewer on the target, or better",
  },
  {
    when: ({ status }) => status === 403,
    code: "not-permitted",
    hint: "The credentials need the platform role Administrator on the target, and every role that is granted there",
  },
  {
    when: ({ code }) => code === "policy_not_found",
    code: "policy-not-found",
    hint: "Run pulumi refresh to see what IAM still holds",
  },
  {
    when: ({ status, code, stale }) =>
      stale === true || status === 412 || (status === 409 && code !== "policy_conflict_error"),
    code: "changed-meanwhile",
    hint: "Somebody changed the authorization meanwhile: run pulumi refresh, then pulumi up",
  },
  {
    when: ({ status }) => status === 409,
    code: "already-exists",
    hint: "IAM takes two authorizations for the same when scope and roles are the same: remove that one, or give it up here",
  },
  {
    when: ({ status }) => status === 415,
    code: "not-iam",
    hint: "Something between here and IAM changed the request: check proxies and the endpoint",
  },
  {
    when: ({ status }) => status === 422,
    code: "over-quota",
    hint: "The account is at its limit of policies (4,020): remove unused ones, or ask IBM for more",
  },
  {
    when: ({ status }) => status === 429,
    code: "throttled",
    hint: "IAM asks for fewer calls: run again later, or with a lower --parallel",
  },
  {
    when: ({ status }) => status === 408 || (status !== undefined && status >= 500),
    code: "unavailable",
    hint: "IAM has a problem of its own: run again, and see the status page of IBM Cloud when it stays",
  },
  ...IAM.last,
];

/**
 * Those of a service beside IAM.
 *
 * @param places where its endpoint is set
 */
export function waysOf(name: string, places: string): Ways {
  const { first, last } = common(name, places);
  return [
    ...first,
    {
      when: ({ status }) => status === 401,
      code: "token-refused",
      hint: "The token is expired or of another IAM than this endpoint's: renew the credentials and run again",
    },
    {
      when: ({ status }) => status === 403,
      code: "not-permitted",
      hint: "The credentials need the platform role Viewer on what is looked up",
    },
    {
      when: ({ status }) => status === 429,
      code: "throttled",
      hint: "It asks for fewer calls: run again later",
    },
    {
      when: ({ status }) => status === 408 || (status !== undefined && status >= 500),
      code: "unavailable",
      hint: "It has a problem of its own: run again, and see the status page of IBM Cloud when it stays",
    },
    ...last,
  ];
}
