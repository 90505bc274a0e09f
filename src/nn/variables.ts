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

/**
 * Resource variables: numbers that stay in TensorFlow's memory and that one operation updates where they lie. A handle says
 * where that is.
 */
export type VariableHandle = DeviceTensor;

const T = [attribute('T', 'type', FLOAT32)];
const UNLOCKED = [...T, attribute('use_locking', 'bool', false)];
let made = 0;

/** A place for a variable of 32-bit floats; give it back with `destroyVariable`. */
export function createVariable(shape: readonly number[]): VariableHandle {
  const handle = run('VarHandleOp', [
    attribute('dtype', 'type', FLOAT32),
    attribute('shape', 'shape', shape),
    // TensorFlow finds variables by name: each needs its own.
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
/** A variable's value, in the variable's own memory: free it before the next update, which would have to copy otherwise. */
export const readVariable = (variable: VariableHandle): DeviceTensor =>
  run('ReadVariableOp', DTYPE, variable);

export const assignVariable = (variable: VariableHandle, value: DeviceTensor): void =>
  runForEffect('AssignVariableOp', DTYPE, variable, value);

const ADAM = [...UNLOCKED, attribute('use_nesterov', 'bool', false)];

/** AdamW's update of a variable and its two moments in place (`fused.adamW` has the formulas). */
export function applyAdamW(
  variable: VariableHandle,
  moments: readonly [VariableHandle, VariableHandle],
  gradient: DeviceTensor,
  numbers: AdamWNumbers,
): void {
  tidy(() => {
    if (!usesGpu()) {
      const [m, v] = moments.map(readVariable);
      adamW(readVariable(variable), m, v, gradient, numbers);
      return;
    }
    const { lost, rate, beta1, beta2, epsilon } = numbers;
    const number = (value: number) => upload(Float32Array.of(value), []);
    // Nothing may share the variable's memory when it is updated next.
    if (lost > 0) tidy(() => assignVariable(variable, multiply(readVariable(variable), number(1 - lost))));
    // The kernel multiplies the rate by √(1 - power₂) / (1 - power₁): powers of 0 leave it as it is.
    const powers = [scalar(0), scalar(0)];
    const scalars = [...powers, ...[rate, beta1, beta2, epsilon].map(number)];
    runForEffect('ResourceApplyAdam', ADAM, variable, ...moments, ...scalars, gradient);
  });
}
