package dev.voxgrad.nn.weights.torch;

/** Numbers the instructions of pickles that are read or written here. Source: Python's {@code pickletools}. */
final class PickleCode {
    static final int MARK = '(';
    static final int STOP = '.';
    static final int POP = '0';
    static final int POP_MARK = '1';
    static final int DUP = '2';
    static final int NONE = 'N';
    static final int TRUE = 0x88;
    static final int FALSE = 0x89;
    static final int INT32 = 'J';
    static final int UINT8 = 'K';
    static final int UINT16 = 'M';
    static final int LONG_OF_255_BYTES = 0x8a;
    static final int FLOAT64 = 'G';
    static final int TEXT = 'X';
    static final int TEXT_OF_255_BYTES = 0x8c;
    static final int TEXT_64 = 0x8d;
    static final int STRING = 'T';
    static final int STRING_OF_255_BYTES = 'U';
    static final int BYTES = 'B';
    static final int BYTES_OF_255 = 'C';
    static final int EMPTY_LIST = ']';
    static final int APPEND = 'a';
    static final int APPENDS = 'e';
    static final int EMPTY_TUPLE = ')';
    static final int TUPLE = 't';
    static final int TUPLE_1 = 0x85;
    static final int TUPLE_2 = 0x86;
    static final int TUPLE_3 = 0x87;
    static final int EMPTY_DICT = '}';
    static final int DICT = 'd';
    static final int SET_ITEM = 's';
    static final int SET_ITEMS = 'u';
    static final int GET = 'h';
    static final int GET_32 = 'j';
    static final int PUT = 'q';
    static final int PUT_32 = 'r';
    static final int MEMOIZE = 0x94;
    static final int GLOBAL = 'c';
    static final int INSTANCE = 'i';
    static final int STACK_GLOBAL = 0x93;
    static final int REDUCE = 'R';
    static final int BUILD = 'b';
    static final int PERSISTENT_ID = 'Q';
    static final int PROTOCOL = 0x80;
    static final int FRAME = 0x95;

    private PickleCode() {}
}
