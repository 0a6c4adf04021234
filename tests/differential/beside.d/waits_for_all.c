// Waits for each child that it has, and tells how many there were.
#include <stdio.h>
#include <sys/wait.h>

int main(void) {
    int children = 0;
    while (wait(0) > 0) children++;
    printf("%d children\n", children);
    return 0;
}
