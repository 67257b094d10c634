import { Module } from '@nestjs/common';
import { AdminCatalogueController } from './catalogue.controller.js';
import { AdminCatalogueService } from './catalogue.service.js';

@Module({ controllers: [AdminCatalogueController], providers: [AdminCatalogueService] })
export class AdminCatalogueModule {}
