import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An account's budget alert: `threshold` in percent, 50–99; 100 always alerts. */
@Entity('alert_rule')
export class AlertRuleEntity {
  @PrimaryColumn('uuid')
  account!: string;

  @Column('boolean')
  enabled!: boolean;

  @Column('int')
  threshold!: number;

  @Column('text', { nullable: true })
  email!: string | null;
}
