import { ENDPOINTS, endpointSettings } from "./config";
import { CANCELLED, isTls, NOT_SENT, NOT_VISIBLE, TIMED_OUT, UNREADABLE } from "./outcome";
import type { Hint, Service } from "./types";

/** The hints that several services share. Their wording differs by service. */
const unauthorized = (hint: string): Hint => ({
  when: ({ status }) => status === 401,
  code: "token-refused",
  hint,
});
const forbidden = (hint: string): Hint => ({
  when: ({ status }) => status === 403,
  code: "not-permitted",
  hint,
});
const throttled = (hint: string): Hint => ({ when: ({ status }) => status === 429, code: "throttled", hint });
const unavailable = (name: string): Hint => ({
  when: ({ status }) => status === 408 || (status !== undefined && status >= 500),
  code: "unavailable",
  hint: `${name} is unavailable: try again later. If the problem persists, check IBM Cloud's status page`,
});

/**
 * Adds the hints that all services share, before and after those of one service.
 *
 * @param settings the settings of the service's endpoint
 */
function withCommonHints(name: string, settings: string, hints: readonly Hint[]): readonly Hint[] {
  const endpoint = `the endpoint (${settings})`;
  const Endpoint = `The endpoint (${settings})`;
  return [
    {
      when: ({ status }) => status === 407,
      code: "proxy-authentication",
      hint: "The proxy requires credentials: add them to HTTPS_PROXY (http://user:password@host:port), or exempt the host with NO_PROXY",
    },
    {
      // A 404 of IAM has a code. IBM's services send no redirects.
      when: ({ status, code }) =>
        status === 404
          ? code === undefined
          : code === UNREADABLE || (status !== undefined && status >= 300 && status < 400),
      code: "not-iam",
      hint: `The response is not from ${name}: check proxies and ${endpoint}`,
    },
    {
      when: ({ message }) => message.includes("Invalid URL"),
      code: "invalid-endpoint",
      hint: `${Endpoint} must begin with https://`,
    },
    ...hints,
    {
      when: ({ code, message }) =>
        isTls(code) && /wrong version number|EPROTO|packet length too long/i.test(`${code ?? ""} ${message}`),
      code: "invalid-endpoint",
      hint: `${Endpoint} speaks plain HTTP on this port, not HTTPS: correct its scheme or port`,
    },
    {
      when: ({ code }) => isTls(code),
      code: "tls",
      hint: "The endpoint's certificate is not trusted: check the endpoint, and add your company's certificate authority with NODE_EXTRA_CA_CERTS",
    },
    {
      when: ({ code }) => code === NOT_VISIBLE,
      code: "not-shown-yet",
      hint: "Run pulumi refresh in a few minutes",
    },
    {
      when: ({ code }) => code === NOT_SENT,
      code: "not-sent",
      hint: `Nothing was sent: check the credentials and ${endpoint}`,
    },
    {
      when: ({ code }) => code === CANCELLED,
      code: "cancelled",
      hint: "Run the command again",
    },
    {
      when: ({ code }) => code === TIMED_OUT,
      code: "no-answer",
      hint: `No response arrived in time: check the network, proxies and ${endpoint}, or raise ibmcloud:requestTimeout or ibmcloud:retryTimeout`,
    },
    {
      when: ({ status }) => status === undefined,
      code: "no-answer",
      hint: `No response arrived: check the network, proxies and ${endpoint}`,
    },
  ];
}

export const IAM: Service = {
  name: "IAM",
  hints: [
    {
      // The token service has its own codes: its 403 is not about the target.
      when: ({ status, code }) => (status === 400 || status === 403) && code?.startsWith("BXNIM") === true,
      code: "credentials-refused",
      hint: "The token service refused the credentials: check that the API key (ibmcloud:apiKey, IC_API_KEY, IBMCLOUD_API_KEY) exists, is not locked, and belongs to this endpoint",
    },
    ...withCommonHints("IAM", endpointSettings(ENDPOINTS.iam), [
      {
        when: ({ status }) => status === 400,
        code: "invalid-request",
        hint: "Check that both services support this scope and these roles",
      },
      unauthorized("The token is expired, or another IAM issued it: renew the credentials and run again"),
      {
        when: ({ status, isRead }) => status === 403 && isRead === true,
        code: "not-permitted",
        hint: "The credentials need at least the platform role Viewer on the target",
      },
      forbidden(
        "The credentials need the platform role Administrator on the target, and every role that is granted there",
      ),
      {
        when: ({ code }) => code === "policy_not_found",
        code: "policy-not-found",
        hint: "Run pulumi refresh to read what IAM still has",
      },
      {
        when: ({ mayBeOwnChange }) => mayBeOwnChange === true,
        code: "outcome-unknown",
        hint: "No readable response to an earlier attempt arrived, and IAM may have carried it out",
      },
      {
        when: ({ status, code, isStale }) =>
          isStale === true || status === 412 || (status === 409 && code !== "policy_conflict_error"),
        code: "changed-meanwhile",
        hint: "The authorization was changed concurrently: run pulumi refresh, then pulumi up",
      },
      {
        when: ({ status }) => status === 409,
        code: "already-exists",
        hint: "IAM allows only one authorization with the same scope and roles: remove the other one, or this resource",
      },
      {
        when: ({ status }) => status === 415,
        code: "not-iam",
        hint: "The request was changed on its way to IAM: check proxies and the endpoint",
      },
      {
        when: ({ status }) => status === 422,
        code: "over-quota",
        hint: "The account has reached its limit of 4,020 policies: delete unused policies, or ask IBM to raise the limit",
      },
      throttled("IAM limits the rate of calls: run again later, or with a lower --parallel"),
      unavailable("IAM"),
    ]),
  ],
};

/**
 * Describes a service other than IAM.
 *
 * @param settings the settings of its endpoint
 */
export function otherService(name: string, settings: string): Service {
  return {
    name,
    hints: withCommonHints(name, settings, [
      unauthorized(
        "The token is expired, or the IAM of another endpoint issued it: renew the credentials and run again",
      ),
      forbidden("The credentials need the platform role Viewer on the resource"),
      throttled(`${name} limits the rate of calls: run again later`),
      unavailable(name),
    ]),
  };
}
