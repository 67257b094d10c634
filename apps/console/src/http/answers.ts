import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

/** The status and schema of a route's good answer: what Nest sends and what OpenAPI documents. */
export const Answers = (schema: z.ZodType | null, status = 200): MethodDecorator =>
  applyDecorators(
    HttpCode(status),
    schema === null
      ? ApiResponse({ status, description: 'Done.' })
      : ApiResponse({ status, description: 'Done.', standardSchema: schema }),
  );
