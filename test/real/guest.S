# A guest in 512 bytes: walks 96 MiB without end, counts in every page, and says so on the serial line.
# Each pass finds in every page the number of passes before it; a page that a migration lost or doubled prints E for ever.
# Built by: gcc -m32 -c guest.S && ld -m elf_i386 -Ttext 0x7c00 --oformat binary -e start
    .code16
    .globl start
start:
    cli
    xorw %ax, %ax
    movw %ax, %ds
    inb $0x92, %al          # fast A20 gate
    orb $2, %al
    outb %al, $0x92
    lgdt table_pointer
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    ljmp $8, $protected

    .code32
protected:
    movw $16, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    xorl %ebp, %ebp         # passes so far
    movl $0x200000, %edi    # pages start empty whatever the firmware left there
clear:
    movl $0, (%edi)
    addl $4096, %edi
    cmpl $0x6200000, %edi
    jb clear
pass:
    movl $0x200000, %edi
page:
    cmpl %ebp, (%edi)
    jne wrong
    incl (%edi)
    addl $4096, %edi
    cmpl $0x6200000, %edi
    jb page
    incl %ebp
    testl $15, %ebp
    jnz pass
    movb $'.', %al
    movw $0x3f8, %dx
    outb %al, %dx
    jmp pass
wrong:
    movb $'E', %al
    movw $0x3f8, %dx
    outb %al, %dx
    hlt
    jmp wrong

    .align 8
table:
    .quad 0
    .quad 0x00cf9a000000ffff  # code
    .quad 0x00cf92000000ffff  # data
table_pointer:
    .word . - table - 1
    .long table
    .org 510
    .word 0xaa55
