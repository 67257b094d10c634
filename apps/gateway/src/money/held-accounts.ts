/** One account's money that is held by running requests, or charged and not yet settled. */
export interface HeldAccount {
  readonly id: string;
  nano: bigint;
}

/** Who holds how much: for the pulse, from which the console shows the balance. */
export class HeldAccounts {
  private readonly accounts = new Map<string, HeldAccount>();
  private readonly holding = new Set<HeldAccount>();

  /** The account's figure; the same object as long as the process lives. */
  of(id: string): HeldAccount {
    let account = this.accounts.get(id);
    if (account === undefined) {
      account = { id, nano: 0n };
      this.accounts.set(id, account);
    }
    return account;
  }

  /** Changes what counts as held. */
  add(account: HeldAccount, nano: bigint): void {
    if (nano === 0n) return;
    const before = account.nano;
    account.nano = before + nano;
    if (before === 0n) this.holding.add(account);
    else if (account.nano === 0n) this.holding.delete(account);
  }

  /** Accounts that hold something, nano. */
  snapshot(): Map<string, bigint> {
    const held = new Map<string, bigint>();
    for (const { id, nano } of this.holding) held.set(id, nano);
    return held;
  }
}
