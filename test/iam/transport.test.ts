import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, type Socket } from "node:net";
import { expect } from "chai";
import { startIamEmulator, type IamEmulator } from "../../src/emulator";
import { openIam, type Iam } from "../../src/iam";
import { policyBody } from "../support/inputs";
import { closing } from "../support/opened";
import { failure, QUICK } from "../support/provider";

/** Records the sockets that this process opens. */
function openedSockets(): Socket[] {
  const sockets: Socket[] = [];
  const record = (message: unknown) => {
    sockets.push((message as { socket: Socket }).socket);
  };
  subscribe("net.client.socket", record);
  closing({ close: () => Promise.resolve(void unsubscribe("net.client.socket", record)) });
  return sockets;
}

describe("guardHttp", () => {
  let emulator: IamEmulator;
  beforeEach(async () => {
    emulator = closing(await startIamEmulator());
  });
  const open = (config: Record<string, string> = {}, env: NodeJS.ProcessEnv = {}): Iam => {
    const all: Record<string, string> = {
      "ibmcloud:apiKey": emulator.apiKey,
      "ibmcloud:iamEndpoint": emulator.url,
      ...config,
    };
    return openIam({ config: (key) => all[key], env, timeouts: QUICK });
  };
  const create = (iam: Iam) => iam.createPolicy(policyBody(emulator.accountId), () => false);

  for (const syscall of ["read", "write"]) {
    for (const code of ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL"]) {
      it(`counts a request as sent if its connection fails with ${syscall} ${code}`, async () => {
        const sockets = openedSockets();
        const fail = () => {
          const error = Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
          for (const each of sockets) each.destroy(error);
        };
        emulator.inject({ operation: "createV2Policy", afterCommit: true, meanwhile: fail });
        const { id } = await create(open());
        expect(emulator.policies().map((each) => each.id)).to.deep.equal([id]);
      });
    }
  }

  it("counts a request as not sent if no connection can be established", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const token = { IC_IAM_TOKEN: emulator.token() };
    const iam = open({ "ibmcloud:apiKey": "", "ibmcloud:iamEndpoint": `http://127.0.0.1:${port}` }, token);
    expect(await failure(create(iam))).to.include({ code: "no-answer", outcomeUnknown: false });
  });
});
