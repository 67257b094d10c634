import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';

/** Holds the document, which can only be made once the application exists. */
@Injectable()
export class OpenApiDocument {
  private document: OpenAPIObject | undefined;

  set value(document: OpenAPIObject) {
    this.document = document;
  }

  get value(): OpenAPIObject {
    if (!this.document) throw new Error('The API is described while the application is created.');
    return this.document;
  }
}
