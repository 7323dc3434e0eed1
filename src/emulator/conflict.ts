import type { Behaviour } from "./behaviour";
import { Refusal } from "./errors";
import type { Policy } from "./policy";
import type { Entry } from "./policy-store";

type Held = Pick<Entry, "policy" | "etag">;
type Schema = (policy: Policy) => object;

/** A 409 because of a policy that is there; its details hold that one. */
export class ConflictRefusal extends Refusal {
  private readonly held: Held;
  private readonly form: Behaviour["conflictsWith"];

  /** @param schema that of the request, for a policy that is shown whole */
  constructor(
    message: string,
    held: Held,
    form: Behaviour["conflictsWith"],
    schema: Schema = (policy) => policy,
  ) {
    super(409, "policy_conflict_error", message, detailsOf(held, form, schema));
    this.held = held;
    this.form = form;
  }

  inSchema(schema: Schema): ConflictRefusal {
    return new ConflictRefusal(this.message, this.held, this.form, schema);
  }
}

function detailsOf(
  { policy, etag }: Held,
  form: Behaviour["conflictsWith"],
  schema: Schema,
): object | undefined {
  if (form === "nothing") return undefined;
  return { conflicts_with: { etag, policy: form === "id" ? policy.id : schema(policy) } };
}
