import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** The API's description, generated from the schemas that validate it. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('Weir console API')
    .setVersion('1')
    .setDescription(
      'JSON in snake_case, times ISO-8601 UTC, money as decimal strings. Lists answer {items, next_cursor}. ' +
        'Errors are application/problem+json with a stable code.',
    )
    .addBearerAuth()
    .build();
  return SwaggerModule.createDocument(app, about, {
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '')}_${method}`,
  });
}
