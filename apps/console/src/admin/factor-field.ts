import { FactorFormatError, parseFactor, type Factor } from '@weir/units';
import { invalidField } from '../http/api-error.js';

/** A factor of a body as stored, ten-thousandths; outside 0.01 … 100 is refused with the field's name. */
export function factorField(path: string, text: string): Factor {
  try {
    return parseFactor(text);
  } catch (error) {
    if (error instanceof FactorFormatError) throw invalidField(path, error.message);
    throw error;
  }
}
