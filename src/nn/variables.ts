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

/**
 * Adam's update of a variable and its two moments in place: m += (g - m)(1 - β₁), v += (g² - v)(1 - β₂),
 * variable -= rate m / (√v + ε).
 */
export function applyAdam(
  variable: VariableHandle,
  moments: readonly [VariableHandle, VariableHandle],
  gradient: DeviceTensor,
  { rate, beta1, beta2, epsilon }: Record<'rate' | 'beta1' | 'beta2' | 'epsilon', DeviceTensor>,
): void {
  // The kernel multiplies the rate by √(1 - power₂) / (1 - power₁): powers of 0 leave it as it is.
  const [power1, power2] = [scalar(0), scalar(0)];
  runForEffect(
    'ResourceApplyAdam',
    ADAM,
    variable,
    ...moments,
    power1,
    power2,
    rate,
    beta1,
    beta2,
    epsilon,
    gradient,
  );
}

/** So small that a gradient times this is nothing beside any parameter. */
const NO_STEP = 1e-30;

/**
 * variable *= 1 / (1 + share), in place. TensorFlow has no kernel for just that; its proximal step w ← (w - α g) / (1 + α λ) is
 * one if α is next to nothing and α λ the share. Any tensor of the variable's shape does for g. GPUs, which lack that step, take
 * a new product in the variable's place; a processor would spend most of the time on new memory then.
 */
export function shrink(variable: VariableHandle, share: number, g: DeviceTensor): void {
  if (usesGpu()) {
    const kept = upload(Float32Array.of(1 / (1 + share)), []);
    // Nothing may share the variable's memory when it is updated next.
    tidy(() => assignVariable(variable, multiply(readVariable(variable), kept)));
    return;
  }
  const [alpha, l1, l2] = [scalar(NO_STEP), scalar(0), upload(Float32Array.of(share / NO_STEP), [])];
  runForEffect('ResourceApplyProximalGradientDescent', UNLOCKED, variable, alpha, l1, l2, g);
}
