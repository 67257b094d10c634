import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController, type OpenAPIObject } from '@nestjs/swagger';
import { Access } from '../http/access.js';
import { OpenApiDocument } from './openapi-document.js';

@ApiExcludeController()
@Controller('api/openapi.json')
@Access('public')
export class OpenApiController {
  constructor(private readonly document: OpenApiDocument) {}

  @Get()
  get(): OpenAPIObject {
    return this.document.value;
  }
}
