import { Injectable } from '@nestjs/common';
import {
  hashPassword,
  PasswordQueueFullError,
  verifyAgainstNobody,
  verifyPassword,
} from '@weir/platform';
import { ApiError } from '../http/api-error.js';

/** Argon2id with a bounded queue: too many guesses at once are told to come back. */
@Injectable()
export class Passwords {
  hash(password: string): Promise<string> {
    return patient(hashPassword(password));
  }

  /** `hash` null = an unknown user, who costs the same time. */
  verify(password: string, hash: string | null): Promise<boolean> {
    return patient<boolean>(
      hash === null ? verifyAgainstNobody(password) : verifyPassword(password, hash),
    );
  }
}

async function patient<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PasswordQueueFullError)
      throw new ApiError('overloaded', error.message, { retryAfterSeconds: 2, cause: error });
    throw error;
  }
}
