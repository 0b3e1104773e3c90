/**
 * The binary interface between the planner's side (TypeScript) and the kernels (AssemblyScript): both compile this very
 * file. Every constant that names a field is its byte offset in a record of 32-bit words.
 */

// The head of a program; the byte offsets of its records follow, one word each.
export const PROGRAM_STEPS = 0;
/** Threads that have arrived at the barrier, and how many barriers have opened. */
export const PROGRAM_ARRIVED = 4;
export const PROGRAM_GENERATION = 8;
/** Address of thread 0's scratch memory, and bytes from one thread's to the next. */
export const PROGRAM_SCRATCH = 12;
export const PROGRAM_SCRATCH_STRIDE = 16;
export const PROGRAM_RECORDS = 20;

// The head of every record.
export const OPERATION = 0;
/** Units of work, and the next one that no thread has taken. */
export const UNITS = 4;
export const NEXT_UNIT = 8;
/** Which activation, its limits (float32, always applied first) and its parameters (float32). */
export const ACTIVATION = 12;
export const LOW = 16;
export const HIGH = 20;
export const ALPHA = 24;
export const BETA = 28;

export const OPERATION_CONV = 0;
export const OPERATION_DEPTHWISE = 1;
export const OPERATION_MAX_POOL = 2;
export const OPERATION_AVERAGE_POOL = 3;
export const OPERATION_MEAN = 4;
export const OPERATION_MAP = 5;
export const OPERATION_GATHER = 6;
export const OPERATION_ROWS = 7;
export const OPERATION_BATCH_NORM = 8;
export const OPERATION_INSTANCE_NORM = 9;
export const OPERATION_BORDER = 10;
export const OPERATION_RESIZE = 11;
export const OPERATION_TAKE = 12;

/** Limits alone: none, ReLU, clip. */
export const ACTIVATION_LIMITS = 0;
export const ACTIVATION_LEAKY_RELU = 1;
export const ACTIVATION_HARD_SIGMOID = 2;
export const ACTIVATION_HARD_SWISH = 3;
export const ACTIVATION_SIGMOID = 4;
export const ACTIVATION_SILU = 5;
export const ACTIVATION_TANH = 6;
export const ACTIVATION_ERF = 7;
export const ACTIVATION_GELU = 8;
export const ACTIVATION_ELU = 9;
export const ACTIVATION_SOFTPLUS = 10;
export const ACTIVATION_MISH = 11;
export const ACTIVATION_GELU_TANH = 12;

export const STORAGE_FLOAT32 = 0;
export const STORAGE_FLOAT16 = 1;
export const STORAGE_INT8 = 2;

// Convolution. An address of 0 means that there is no bias or residual.
export const CONV_INPUT = 32;
export const CONV_OUTPUT = 36;
export const CONV_WEIGHTS = 40;
export const CONV_STORAGE = 44;
export const CONV_SCALES = 48;
export const CONV_BIAS = 52;
export const CONV_RESIDUAL = 56;
export const CONV_RESIDUAL_PIXELS = 60;
export const CONV_TAPS = 64;
export const CONV_TAP_COUNT = 68;
/** Floats that are read at each tap. */
export const CONV_DEPTH = 72;
export const CONV_INPUT_PIXELS = 76;
export const CONV_OUTPUT_PIXELS = 80;
export const CONV_PIXELS = 84;
export const CONV_PIXEL_BLOCK = 88;
/** Panels in all, of each group, and of each unit of work. */
export const CONV_PANELS = 92;
export const CONV_GROUP_PANELS = 96;
export const CONV_UNIT_PANELS = 100;
/** Output channels of a group; and tables with each group's bytes from a pixel's input, output and residual. */
export const CONV_GROUP_OUTPUTS = 104;
export const CONV_INPUT_GROUPS = 108;
export const CONV_OUTPUT_GROUPS = 112;
export const CONV_RESIDUAL_GROUPS = 116;
/** Pixels of the largest tile, 1 to 6. */
export const CONV_TILE = 120;
export const CONV_BYTES = 124;

// Depthwise convolution; the fields that both have are where a convolution has them.
export const DEPTHWISE_CHANNELS = 72;
export const DEPTHWISE_UNIT_PIXELS = 88;

// A value with height, width and a border, wherever a record has one.
export const SPATIAL_ADDRESS = 0;
export const SPATIAL_HEIGHT = 4;
export const SPATIAL_WIDTH = 8;
export const SPATIAL_CHANNELS = 12;
export const SPATIAL_BORDER = 16;

// Pools, means, norms, borders: one or two values first.
export const INPUT_VALUE = 32;
export const OUTPUT_VALUE = 52;

export const POOL_KERNEL = 72;
export const POOL_STRIDES = 80;
export const POOL_DILATIONS = 88;
export const POOL_PADS = 96;
export const POOL_PADS_END = 104;
/** 1 where padding counts in an average's divisor. */
export const POOL_PADDED = 112;
export const POOL_BYTES = 116;

export const MEAN_OUTPUT = 52;
export const MEAN_BYTES = 56;
/** Channels of one unit of a mean or an instance norm: a cache line of each pixel. */
export const UNIT_CHANNELS = 16;

export const NORM_SCALE = 72;
export const NORM_BIAS = 76;
export const NORM_MEAN = 80;
export const NORM_VARIANCE = 84;
export const NORM_EPSILON = 88;
export const NORM_BYTES = 92;

export const BORDER_BYTES = 52;

export const GATHER_INPUT = 32;
export const GATHER_OUTPUT = 36;
export const GATHER_INPUT_PIXELS = 40;
export const GATHER_OUTPUT_PIXELS = 44;
export const GATHER_PIXELS = 48;
export const GATHER_CHANNELS = 52;
export const GATHER_FILL = 56;
export const GATHER_UNIT_PIXELS = 60;
export const GATHER_BYTES = 64;

export const RESIZE_INPUT = 32;
export const RESIZE_OUTPUT = 36;
/** Tables with the beginning of every line along the axis, and bytes from one of its positions to the next. */
export const RESIZE_INPUT_LINES = 40;
export const RESIZE_OUTPUT_LINES = 44;
export const RESIZE_OUTPUT_STRIDE = 48;
export const RESIZE_POSITIONS = 52;
/** Tables of positions: the value that a sum begins with, and the number of taps before. */
export const RESIZE_INITIAL = 56;
export const RESIZE_STARTS = 60;
/** Tables of taps: bytes from the line's beginning, and the weight. */
export const RESIZE_OFFSETS = 64;
export const RESIZE_WEIGHTS = 68;
/** Floats at every position; positions in all, and of one unit of work. */
export const RESIZE_FLOATS = 72;
export const RESIZE_COUNT = 76;
export const RESIZE_UNIT = 80;
export const RESIZE_BYTES = 84;

// Rows: the input's and the output's views, and what is computed of each row.
export const ROW_INPUT = 32;
export const ROW_OUTPUT = 48;
/** Rows of one block, rows of one unit of work, and rows in all; elements of a row. */
export const ROW_INNER = 64;
export const ROW_UNIT_ROWS = 68;
export const ROW_ROWS = 72;
export const ROW_COUNT = 76;
export const ROW_OPERATOR = 80;
/** 1 where elements are 32-bit integers. */
export const ROW_INTEGERS = 84;
/** 1 for the last of equal elements, for sums from the end on, and for the smallest elements. */
export const ROW_REVERSE = 88;
/** 1 where a running sum leaves out its own element. */
export const ROW_EXCLUSIVE = 92;
/** How many of the best elements, and 1 for their places. */
export const ROW_TOP_COUNT = 96;
export const ROW_PLACES = 100;
/** Layer norm: addresses of one float32 for each element, of which the second may be 0; and a float32. */
export const ROW_SCALE = 104;
export const ROW_BIAS = 108;
export const ROW_EPSILON = 112;
export const ROW_BYTES = 116;

// A value as rows: its address, and bytes from one block of rows, one row and one element to the next.
export const VIEW_BLOCK = 4;
export const VIEW_ROW = 8;
export const VIEW_ELEMENT = 12;

export const ROW_SUM = 0;
export const ROW_MEAN = 1;
export const ROW_MAX = 2;
export const ROW_MIN = 3;
export const ROW_PRODUCT = 4;
export const ROW_ARG_MAX = 5;
export const ROW_ARG_MIN = 6;
export const ROW_HARD_MAX = 7;
export const ROW_RUNNING_SUM = 8;
export const ROW_TOP = 9;
export const ROW_SOFTMAX = 10;
export const ROW_LOG_SOFTMAX = 11;
export const ROW_LAYER_NORM = 12;

export const TAKE_INPUT = 32;
export const TAKE_OUTPUT = 36;
export const TAKE_INDICES = 40;
/** Rows of the output in all, and of one unit of work; indices behind one another, and elements of a row. */
export const TAKE_ROWS = 44;
export const TAKE_UNIT_ROWS = 48;
export const TAKE_COUNT = 52;
export const TAKE_INNER = 56;
/** Positions that indices count. */
export const TAKE_SIZE = 60;
/** The word where an index counts none. */
export const TAKE_MISSING = 64;
/** Three words: bytes from one index to the next, outermost first. */
export const TAKE_INDEX_STRIDES = 68;
export const TAKE_BYTES = 80;

// A map over a shape of rank 6: copies, element-wise operators, activations.
export const MAP_OPERATOR = 32;
export const MAP_LEFT = 36;
export const MAP_RIGHT = 40;
export const MAP_OUTPUT = 44;
/** Rows (all dimensions but the last) of one unit of work, and in all. */
export const MAP_UNIT_ROWS = 48;
export const MAP_ROWS = 52;
/** Six words each, outermost first; strides in bytes. */
export const MAP_SHAPE = 56;
export const MAP_LEFT_STRIDES = 80;
export const MAP_RIGHT_STRIDES = 104;
export const MAP_OUTPUT_STRIDES = 128;
/** Of a choice, the condition. */
export const MAP_THIRD = 152;
export const MAP_THIRD_STRIDES = 156;
export const MAP_BYTES = 180;

/** `move` copies 32-bit elements of any type; `copy` applies an activation. */
export const MAP_MOVE = 8;
export const MAP_COPY = 0;
export const MAP_ADD = 1;
export const MAP_SUB = 2;
export const MAP_MUL = 3;
export const MAP_DIV = 4;
export const MAP_MIN = 5;
export const MAP_MAX = 6;
export const MAP_POW = 7;
export const MAP_SELECT = 9;
export const MAP_PRELU = 10;
export const MAP_MODULO = 11;
export const MAP_REMAINDER = 12;
export const MAP_EQUAL = 13;
export const MAP_UNEQUAL = 14;
export const MAP_LESS = 15;
export const MAP_LESS_EQUAL = 16;
export const MAP_AND = 17;
export const MAP_OR = 18;
export const MAP_XOR = 19;
export const MAP_INT_ADD = 20;
export const MAP_INT_SUB = 21;
export const MAP_INT_MUL = 22;
export const MAP_INT_DIV = 23;
export const MAP_INT_MIN = 24;
export const MAP_INT_MAX = 25;
export const MAP_INT_EQUAL = 26;
export const MAP_INT_LESS = 27;
export const MAP_INT_LESS_EQUAL = 28;
export const MAP_INT_MODULO = 29;
export const MAP_INT_REMAINDER = 30;
/** Of one operand; from `exp` on in float64. */
export const MAP_NEG = 31;
export const MAP_ABS = 32;
export const MAP_SQRT = 33;
export const MAP_FLOOR = 34;
export const MAP_CEIL = 35;
export const MAP_ROUND = 36;
export const MAP_SIGN = 37;
export const MAP_TO_FLOAT = 38;
export const MAP_TO_INT = 39;
export const MAP_INT_ABS = 40;
export const MAP_EXP = 41;
export const MAP_LOG = 42;
export const MAP_SIN = 43;
export const MAP_COS = 44;
export const MAP_TAN = 45;
export const MAP_ASIN = 46;
export const MAP_ACOS = 47;
export const MAP_ATAN = 48;
export const MAP_SINH = 49;
export const MAP_COSH = 50;
export const MAP_ASINH = 51;
export const MAP_ACOSH = 52;
export const MAP_ATANH = 53;

// A thread's scratch memory.
/** State that the tiles of one panel share. */
export const SCRATCH_PANEL = 0;
/** Six words, 0, 32, 64 …: the pixel table of the tile below. */
export const SCRATCH_TILE_PIXELS = 32;
/** Six pixels × eight channels, for panels that are not full. */
export const SCRATCH_TILE = 64;
/** Weights expanded to float32. */
export const SCRATCH_WEIGHTS = 256;

// State that the tiles of one panel share.
/** Address of the panel's weights, float32: [taps][depth][8]; and of eight float32, or 0. */
export const TILE_WEIGHTS = 0;
export const TILE_BIAS = 4;
/**
 * The input's address plus the group's first channel; the residual's (or 0) and the output's plus the panel's first.
 */
export const TILE_INPUT = 8;
export const TILE_RESIDUAL = 12;
export const TILE_OUTPUT = 16;
/** Table of bytes from the output, for all pixels. */
export const TILE_OUTPUT_PIXELS = 20;
/** Values read to bring the panel into the caches; nothing uses them. */
export const TILE_FETCHED = 24;
