/**
 * Functions of one or two elements, four lanes at a time: comparisons, which give 1 or 0, and 32-bit integers.
 */
import { curve } from "./curves";
import { powers } from "./power";
import {
  MAP_ABS,
  MAP_AND,
  MAP_CEIL,
  MAP_EQUAL,
  MAP_EXP,
  MAP_FLOOR,
  MAP_INT_ABS,
  MAP_INT_ADD,
  MAP_INT_DIV,
  MAP_INT_EQUAL,
  MAP_INT_LESS,
  MAP_INT_LESS_EQUAL,
  MAP_INT_MAX,
  MAP_INT_MIN,
  MAP_INT_MODULO,
  MAP_INT_MUL,
  MAP_INT_REMAINDER,
  MAP_INT_SUB,
  MAP_LESS,
  MAP_LESS_EQUAL,
  MAP_MODULO,
  MAP_NEG,
  MAP_OR,
  MAP_POW,
  MAP_PRELU,
  MAP_REMAINDER,
  MAP_ROUND,
  MAP_SIGN,
  MAP_SQRT,
  MAP_TO_FLOAT,
  MAP_TO_INT,
  MAP_UNEQUAL,
  MAP_XOR,
} from "../src/wasm/program/fields";

export function apply(operator: i32, left: v128, right: v128): v128 {
  if (operator >= MAP_EXP) {
    const low = curve(operator, f64x2.promote_low_f32x4(left));
    const high = curve(operator, f64x2.promote_low_f32x4(v128.shuffle<i64>(left, left, 1, 1)));
    return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
  }
  switch (operator) {
    case MAP_POW:
      return powers(left, right);
    case MAP_PRELU:
      return v128.bitselect(v128.mul<f32>(left, right), left, v128.lt<f32>(left, f32x4.splat(0)));
    case MAP_MODULO:
    case MAP_REMAINDER: {
      const low = rests(f64x2.promote_low_f32x4(left), f64x2.promote_low_f32x4(right), operator == MAP_MODULO);
      const high = rests(
        f64x2.promote_low_f32x4(v128.shuffle<i64>(left, left, 1, 1)),
        f64x2.promote_low_f32x4(v128.shuffle<i64>(right, right, 1, 1)),
        operator == MAP_MODULO,
      );
      return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
    }
    case MAP_EQUAL:
      return truth(v128.eq<f32>(left, right));
    case MAP_UNEQUAL:
      return truth(v128.ne<f32>(left, right));
    case MAP_LESS:
      return truth(v128.lt<f32>(left, right));
    case MAP_LESS_EQUAL:
      return truth(v128.le<f32>(left, right));
    case MAP_AND:
      return v128.and(left, right);
    case MAP_OR:
      return v128.or(left, right);
    case MAP_XOR:
      return v128.xor(left, right);
    case MAP_INT_ADD:
      return v128.add<i32>(left, right);
    case MAP_INT_SUB:
      return v128.sub<i32>(left, right);
    case MAP_INT_MUL:
      return v128.mul<i32>(left, right);
    case MAP_INT_DIV:
    case MAP_INT_MODULO:
    case MAP_INT_REMAINDER: {
      const low = quotients(operator, left, right);
      const high = quotients(operator, v128.shuffle<i64>(left, left, 1, 1), v128.shuffle<i64>(right, right, 1, 1));
      return v128.shuffle<i64>(low, high, 0, 2);
    }
    case MAP_INT_MIN:
      return v128.min<i32>(left, right);
    case MAP_INT_MAX:
      return v128.max<i32>(left, right);
    case MAP_INT_EQUAL:
      return truth(v128.eq<i32>(left, right));
    case MAP_INT_LESS:
      return truth(v128.lt<i32>(left, right));
    case MAP_INT_LESS_EQUAL:
      return truth(v128.le<i32>(left, right));
    case MAP_NEG:
      return v128.neg<f32>(left);
    case MAP_ABS:
      return v128.abs<f32>(left);
    case MAP_SQRT:
      return v128.sqrt<f32>(left);
    case MAP_FLOOR:
      return v128.floor<f32>(left);
    case MAP_CEIL:
      return v128.ceil<f32>(left);
    case MAP_ROUND:
      return v128.nearest<f32>(left);
    case MAP_SIGN: {
      const zero = f32x4.splat(0);
      const one = f32x4.splat(1);
      const sign = v128.sub<f32>(v128.and(v128.gt<f32>(left, zero), one), v128.and(v128.lt<f32>(left, zero), one));
      return v128.bitselect(sign, left, v128.eq<f32>(left, left));
    }
    case MAP_TO_FLOAT:
      return f32x4.convert_i32x4_s(left);
    case MAP_TO_INT:
      return i32x4.trunc_sat_f32x4_s(left);
    default:
      return v128.abs<i32>(left);
  }
}

// @ts-ignore: decorator
@inline
function truth(mask: v128): v128 {
  return v128.and(mask, i32x4.splat(1));
}

/** Two integers by two others, toward zero, in float64, which is exact: by zero the largest number, or 0 for 0. */
function quotients(operator: i32, left: v128, right: v128): v128 {
  const a = f64x2.convert_low_i32x4_s(left);
  const b = f64x2.convert_low_i32x4_s(right);
  const found = operator == MAP_INT_DIV ? v128.div<f64>(a, b) : rests(a, b, operator == MAP_INT_MODULO);
  return i32x4.trunc_sat_f64x2_s_zero(found);
}

function rests(left: v128, right: v128, floored: bool): v128 {
  return f64x2(
    rest(v128.extract_lane<f64>(left, 0), v128.extract_lane<f64>(right, 0), floored),
    rest(v128.extract_lane<f64>(left, 1), v128.extract_lane<f64>(right, 1), floored),
  );
}

/** The rest of a division, with the dividend's sign or, floored, the divisor's. */
function rest(left: f64, right: f64, floored: bool): f64 {
  const found = left % right;
  return floored && found != 0 && found < 0 != right < 0 ? found + right : found;
}
