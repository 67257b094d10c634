import { Component, computed, inject, signal } from '@angular/core';
import { DialogRef } from '@angular/cdk/dialog';
import { form, FormField, maxLength, required, submit, validate } from '@angular/forms/signals';
import { LucideX } from '@lucide/angular';
import { Format } from '../../format/format';
import { KeyList } from '../../keys/key-list';
import { RevealedKey } from '../../keys/revealed-key';
import { problemOf } from '../../session/problem';
import { Field } from '../../ui/field';
import { bodyOf, EMPTY_DRAFT, firstBadRange, isAmount, isCount, type KeyDraft } from './key-form';

/** The drawer that makes a key: what it may do, and then its secret, once. */
@Component({
  selector: 'w-create-key',
  imports: [Field, FormField, LucideX, RevealedKey],
  templateUrl: './create-key.html',
  styles: `
    :host {
      display: block;
      height: 100%;
    }
    .stored {
      margin-right: auto;
    }
    .caps {
      margin-top: 6px;
    }
  `,
})
export class CreateKey {
  protected readonly ref = inject<DialogRef>(DialogRef);
  protected readonly format = inject(Format);
  private readonly keys = inject(KeyList);
  private readonly model = signal<KeyDraft>({ ...EMPTY_DRAFT });
  protected readonly busy = signal(false);
  protected readonly failure = signal<string | null>(null);
  protected readonly fieldErrors = signal<ReadonlyMap<string, string>>(new Map());
  protected readonly secret = signal<string | null>(null);
  protected readonly stored = signal(false);
  protected readonly customDate = computed(() => this.model().expires === 'date');

  protected readonly form = form(this.model, (path) => {
    required(path.label, { message: 'Name the application that will use this key.' });
    maxLength(path.label, 100, { message: 'Use at most 100 characters.' });
    for (const amount of [path.spendCap, path.dailyCap, path.monthlyCap]) {
      validate(amount, ({ value }) =>
        isAmount(value())
          ? undefined
          : { kind: 'amount', message: 'Write an amount such as 12.50.' },
      );
    }
    for (const count of [path.requestsPerMinute, path.tokensPerMinute]) {
      validate(count, ({ value }) =>
        isCount(value()) ? undefined : { kind: 'count', message: 'Write a whole number from 1.' },
      );
    }
    for (const ranges of [path.ipAllow, path.ipDeny]) {
      validate(ranges, ({ value }) => {
        const bad = firstBadRange(value());
        return bad
          ? { kind: 'range', message: `${bad} is not an IP address or range such as 10.0.0.0/8.` }
          : undefined;
      });
    }
    validate(path.expiresOn, (field) =>
      field.valueOf(path.expires) === 'date' && field.value() === ''
        ? { kind: 'date', message: 'Choose a day.' }
        : undefined,
    );
  });

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    await submit(this.form, async () => {
      this.busy.set(true);
      this.failure.set(null);
      this.fieldErrors.set(new Map());
      try {
        const created = await this.keys.create(bodyOf(this.model(), Date.now()));
        this.secret.set(created.secret);
        // From here on a stray Esc or click would lose the only sight of the secret.
        this.ref.disableClose = true;
      } catch (error) {
        const problem = problemOf(error);
        this.failure.set(problem.message);
        this.fieldErrors.set(problem.fields);
      } finally {
        this.busy.set(false);
      }
    });
  }

  protected tick(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.stored.set(event.target.checked);
  }
}
