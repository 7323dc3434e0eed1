import { createRequire } from "node:module";
import { Command } from "commander";
import { addAuditCommand } from "./audit-command";
import { EXIT } from "./command";
import { addDoctorCommand } from "./doctor-command";
import { addEmulatorCommand } from "./emulator-command";
import { addGenerateCommand } from "./generate-command";
import { addGraphCommand } from "./graph-command";
import { addListCommand } from "./list-command";
import { addRolesCommand } from "./roles-command";
import { addShowCommand } from "./show-command";

const { name, version, description } = createRequire(__filename)("../../package.json") as {
  name: string;
  version: string;
  description: string;
};

/**
 * Returns the command `pulumi-ibm-en-authorization`, which writes its results to `out`. The libraries of a command load when
 * it runs.
 *
 * @param exitWith sets the exit code of a command that worked and found a problem
 */
export function commandLine(
  out: NodeJS.WritableStream,
  exitWith: (code: number) => void = (code) => {
    process.exitCode = code;
  },
): Command {
  const program = new Command(name)
    .description(description)
    .version(version)
    // commander's own code for wrong arguments is 1, which stands for findings here.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.failed));
  const io = { out, exitWith };
  addListCommand(program, io);
  addShowCommand(program, io);
  addRolesCommand(program, io);
  addGraphCommand(program, io);
  addAuditCommand(program, io);
  addGenerateCommand(program, io);
  addDoctorCommand(program, io);
  addEmulatorCommand(program, out);
  return program;
}
