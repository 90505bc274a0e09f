import { usesGpu } from './backend';
import {
  attribute,
  type DeviceTensor,
  FLOAT32,
  free,
  keep,
  run,
  runForEffect,
  scalar,
  tidy,
  upload,
} from './device';
import { type AdamWNumbers, adamW } from './fused';
import { multiply } from './kernels';

/** Resource variables: numbers that stay in TensorFlow's memory and are updated in place. A handle refers to one. */
export type VariableHandle = DeviceTensor;

const T = [attribute('T', 'type', FLOAT32)];
const UNLOCKED = [...T, attribute('use_locking', 'bool', false)];
let made = 0;

/** Creates a variable of 32-bit floats; free it with `destroyVariable`. */
export function createVariable(shape: readonly number[]): VariableHandle {
  const handle = run('VarHandleOp', [
    attribute('dtype', 'type', FLOAT32),
    attribute('shape', 'shape', shape),
    // TensorFlow finds variables by name, so each name must be unique.
    attribute('shared_name', 'string', `falconframes/${made++}`),
    attribute('container', 'string', ''),
  ]);
  keep(handle);
  return handle;
}

const IGNORE_LOOKUP_ERROR = [attribute('ignore_lookup_error', 'bool', true)];

export function destroyVariable(handle: VariableHandle): void {
  runForEffect('DestroyResourceOp', IGNORE_LOOKUP_ERROR, handle);
  free(handle);
}

const DTYPE = [attribute('dtype', 'type', FLOAT32)];
/** Returns a variable's value, sharing its memory: free it before the next update, which would otherwise have to copy. */
export const readVariable = (variable: VariableHandle): DeviceTensor =>
  run('ReadVariableOp', DTYPE, variable);

export const assignVariable = (variable: VariableHandle, value: DeviceTensor): void =>
  runForEffect('AssignVariableOp', DTYPE, variable, value);

const ADAM = [...UNLOCKED, attribute('use_nesterov', 'bool', false)];

/**
 * Applies AdamW to a variable and its two moments in place (formulas at `fused.adamW`).
 *
 * @param own with our kernel, for processors only
 */
export function applyAdamW(
  variable: VariableHandle,
  moments: readonly [VariableHandle, VariableHandle],
  gradient: DeviceTensor,
  numbers: AdamWNumbers,
  own = !usesGpu(),
): void {
  tidy(() => {
    if (own) {
      const [m, v] = moments.map(readVariable);
      adamW(readVariable(variable), m, v, gradient, numbers);
      return;
    }
    const { lost, rate, beta1, beta2, epsilon } = numbers;
    const number = (value: number) => upload(Float32Array.of(value), []);
    // Nothing may share the variable's memory at the next update.
    if (lost > 0) tidy(() => assignVariable(variable, multiply(readVariable(variable), number(1 - lost))));
    // The kernel multiplies the rate by √(1 - power₂) / (1 - power₁): powers of 0 leave it unchanged.
    const powers = [scalar(0), scalar(0)];
    const scalars = [...powers, ...[rate, beta1, beta2, epsilon].map(number)];
    runForEffect('ResourceApplyAdam', ADAM, variable, ...moments, ...scalars, gradient);
  });
}
