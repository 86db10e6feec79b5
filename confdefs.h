/* confdefs.h */
#define PACKAGE_NAME "dtsm"
#define PACKAGE_TARNAME "dtsm"
#define PACKAGE_VERSION "0.1.0"
#define PACKAGE_STRING "dtsm 0.1.0"
#define PACKAGE_BUGREPORT ""
#define PACKAGE_URL ""
