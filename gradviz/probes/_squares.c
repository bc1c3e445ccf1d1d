/* Sums of squares of many float32 arrays in one call, exact at every magnitude.

Squares of float32 are added up in lanes, which compilers turn into vector instructions, block by block, and the
blocks in double. Where the sum leaves the range in which float32's own squares are exact, it is done again in
double, which no square of a float32 can leave. */

#include <Python.h>

#define LANES 16
#define BLOCK 4096
/* The mean square must stay clear of the lower end of float32, the sum of a block of its upper end. */
#define LEAST_MEAN 1e-36
#define MOST 1e36

static double in_single(const float *entries, Py_ssize_t size)
{
    double sum = 0.0;
    while (size > 0) {
        Py_ssize_t length = size < BLOCK ? size : BLOCK, whole = length - length % LANES;
        float lanes[LANES] = {0}, block = 0.0f;
        for (Py_ssize_t i = 0; i < whole; i += LANES)
            for (int lane = 0; lane < LANES; lane++)
                lanes[lane] += entries[i + lane] * entries[i + lane];
        for (Py_ssize_t i = whole; i < length; i++)
            lanes[0] += entries[i] * entries[i];
        for (int lane = 0; lane < LANES; lane++)
            block += lanes[lane];
        sum += block;
        entries += length;
        size -= length;
    }
    return sum;
}

static double in_double(const float *entries, Py_ssize_t size)
{
    double sum = 0.0;
    for (Py_ssize_t i = 0; i < size; i++)
        sum += (double)entries[i] * (double)entries[i];
    return sum;
}

static double sum_of_squares(const float *entries, Py_ssize_t size)
{
    double sum = in_single(entries, size);
    /* NaN fails every comparison */
    return sum >= LEAST_MEAN * (double)size && sum <= MOST ? sum : in_double(entries, size);
}

/* Take the addresses; how many pieces there are in all, or -1 with an exception set where something is wrong. */
static Py_ssize_t take(PyObject *addresses, const long long *pieces, const float **arrays)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(addresses); i++) {
        arrays[i] = PyLong_AsVoidPtr(PyList_GET_ITEM(addresses, i));
        if (arrays[i] == NULL && PyErr_Occurred())
            return -1;
        total += (Py_ssize_t)pieces[2 * i];
    }
    return total;
}

static PyObject *sums_of_squares(PyObject *module, PyObject *const *args, Py_ssize_t given)
{
    if (given != 2 || !PyList_Check(args[0]) || !PyBytes_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "sums_of_squares wants a list of addresses and pieces as bytes");
        return NULL;
    }
    Py_ssize_t count = PyList_GET_SIZE(args[0]), total, done = 0;
    if (PyBytes_GET_SIZE(args[1]) != count * 2 * (Py_ssize_t)sizeof(long long)) {
        PyErr_SetString(PyExc_ValueError, "every address needs the number and the size of its pieces");
        return NULL;
    }
    const long long *pieces = (const long long *)PyBytes_AS_STRING(args[1]);
    const float **arrays = PyMem_Malloc((count + 1) * sizeof(*arrays));
    if (arrays == NULL)
        return PyErr_NoMemory();
    total = take(args[0], pieces, arrays);
    double *sums = total < 0 ? NULL : PyMem_Malloc((total + 1) * sizeof(*sums));
    if (sums == NULL) {
        PyMem_Free(arrays);
        return total < 0 ? NULL : PyErr_NoMemory();
    }
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t size = (Py_ssize_t)pieces[2 * i + 1];
        for (Py_ssize_t piece = 0; piece < (Py_ssize_t)pieces[2 * i]; piece++)
            sums[done++] = arrays[i] == NULL ? 0.0 : sum_of_squares(arrays[i] + piece * size, size);
    }
    Py_END_ALLOW_THREADS
    PyObject *found = PyList_New(total);
    for (Py_ssize_t i = 0; found != NULL && i < total; i++) {
        PyObject *sum = PyFloat_FromDouble(sums[i]);
        if (sum == NULL)
            Py_CLEAR(found);
        else
            PyList_SET_ITEM(found, i, sum);
    }
    PyMem_Free(sums);
    PyMem_Free(arrays);
    return found;
}

static PyMethodDef methods[] = {
    {"sums_of_squares", (PyCFunction)(void (*)(void))sums_of_squares, METH_FASTCALL,
     "sums_of_squares(addresses, pieces): the sum of squares of each piece, address by address.\n\n"
     "`addresses` are those of contiguous float32 arrays, 0 for one that is all zeros; `pieces` holds, as int64,\n"
     "how many pieces each is divided into and the entries of one. Nothing checks that the memory is there."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_squares", .m_doc = "Sums of squares by address.", .m_size = 0,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__squares(void)
{
    return PyModuleDef_Init(&definition);
}
