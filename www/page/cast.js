// Who plays along: the account that signed in, the thief of its token, its other device, and everyone else.
import { Holder } from "./holder.js";
import { signIn } from "./system.js";

const THIEF_MS = 250;
const HONEST_MS = 500;

/**
 * The holders of tokens for one signed-in account. Emits "round" when tokens were handed out.
 */
export class Cast extends EventTarget {
  /** @type {Holder[]} */
  holders;
  #own;
  #thief;

  /** @param {import("./system.js").System} system @param {import("./system.js").Account} account */
  constructor(system, account) {
    super();
    const first = firstName(account);
    const holder = (options) => new Holder({ everyMs: HONEST_MS, origin: system.edge, account, ...options });
    this.#own = holder({ id: "own", name: `${first}, this browser`, note: `signed in at ${account.organization}` });
    this.#thief = holder({
      id: "thief",
      name: "Thief",
      note: `a stolen copy of ${first}’s token`,
      stolen: true,
      everyMs: THIEF_MS,
    });
    const phone = holder({ id: "phone", name: `${first}, phone`, note: "same user, another session" });
    const others = system.accounts
      .filter((other) => other !== account)
      .map((other) =>
        holder({ id: other.username, name: firstName(other), note: relation(account, other), account: other }),
      );
    this.holders = [this.#own, this.#thief, phone, ...others];
  }

  /** Signs in everyone who has no working token, and lets the thief copy the new one. */
  async signInAll() {
    for (const holder of this.holders.filter((one) => !one.stolen && (one.token === null || one.refused)))
      holder.hold(await signIn(holder.account));
    this.steal();
    this.dispatchEvent(new Event("round"));
  }

  /** @param {Holder} holder */
  async signInAgain(holder) {
    holder.hold(await signIn(holder.account));
    this.dispatchEvent(new Event("round"));
  }

  steal() {
    if (this.canSteal) this.#thief.hold(this.#own.token.text);
  }

  /** Whether the thief's copy is out of date. */
  get canSteal() {
    return this.#own.token !== null && this.#thief.token?.text !== this.#own.token.text;
  }

  stop() {
    for (const holder of this.holders) holder.stop();
  }
}

const firstName = (account) => account.name.split(" ")[0];

function relation(account, other) {
  return other.organization === account.organization
    ? `colleague at ${other.organization}`
    : `at ${other.organization}, another organisation`;
}
