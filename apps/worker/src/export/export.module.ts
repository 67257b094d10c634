import { Module } from '@nestjs/common';
import { ExportProcessor } from './export.processor.js';

/** Queue `export`: files too long to wait for. */
@Module({ providers: [ExportProcessor] })
export class ExportModule {}
