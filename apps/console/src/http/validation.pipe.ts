import { StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { ApiError } from './api-error.js';

/** Issues listed in one answer; a hostile body can produce millions. */
const ISSUES_MAX = 50;

/**
 * Validates every parameter that names a schema. Wrong bodies and queries are 422 with the fields; a malformed
 * id in the path is 404, so that an id's form tells nothing about its existence.
 */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({
      exceptionFactory: (issues) => {
        const errors = issues.slice(0, ISSUES_MAX).map((issue) => ({
          path: (issue.path ?? [])
            .map((part) => String(typeof part === 'object' ? part.key : part))
            .join('.'),
          message: issue.message,
        }));
        const [first] = errors;
        return new ApiError(
          'validation_failed',
          first ? [first.path, first.message].filter(Boolean).join(': ') : undefined,
          { errors },
        );
      },
    });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (metadata.type !== 'param') return super.transform(value, metadata);
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      // A path that cannot name a record names none.
      if (error instanceof ApiError) throw new ApiError('not_found', undefined, { cause: error });
      throw error;
    }
  }
}
