import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A model as our clients name it. */
@Entity('model')
export class ModelEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('text')
  kind!: 'chat' | 'embeddings' | 'images' | 'audio' | 'rerank';

  @Column('int', { nullable: true })
  context_tokens!: number | null;

  @Column('int', { nullable: true })
  output_tokens_max!: number | null;

  @Column('int')
  image_tokens_max!: number;

  @Column('boolean')
  hidden_output!: boolean;

  @Column('text', { array: true })
  capabilities!: string[];

  @Column('boolean')
  enabled!: boolean;

  @Column('timestamptz')
  created_at!: Date;

  @Column('timestamptz')
  updated_at!: Date;
}
