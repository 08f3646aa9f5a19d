@echo off
rem The same as `atelier`, for Windows: runs the command line on a JDK 25 and builds it first where a source is newer.
rem UNTRIED: it was written without a Windows machine at hand. Corrections are welcome.
setlocal EnableExtensions EnableDelayedExpansion

set "home=%~dp0"
set "built=%home%target\launcher"

rem --- a JDK 25 or later: JAVA_HOME, the PATH, the usual places; only their `release` files are read
set "jdk="
if defined JAVA_HOME call :consider "%JAVA_HOME%"
if not defined jdk for /f "delims=" %%j in ('where javac 2^>nul') do if not defined jdk for %%b in ("%%~dpj..") do call :consider "%%~fb"
if not defined jdk for /d %%d in ("%ProgramFiles%\Java\*" "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Microsoft\jdk*" "%ProgramFiles%\Zulu\*" "%ProgramFiles%\Amazon Corretto\*" "%USERPROFILE%\.jdks\*" "%USERPROFILE%\scoop\apps\*jdk*\current") do if not defined jdk call :consider "%%~fd"
if not defined jdk (
  echo Atelier needs a JDK 25 or later and found none: install one ^(https://adoptium.net^) and set JAVA_HOME to its folder. 1>&2
  exit /b 1
)
set "JAVA_HOME=%jdk%"

rem --- build what is missing or older than a source
set "current="
if exist "%built%\stamp" if exist "%built%\lib" (
  powershell -NoProfile -Command "$s=(Get-Item '%built%\stamp').LastWriteTime; Set-Location '%home%'; $n=Get-ChildItem -Recurse -Path pom.xml,*\pom.xml,*\src\main | Where-Object { $_.LastWriteTime -gt $s } | Select-Object -First 1; if ($n) { exit 1 } else { exit 0 }"
  if not errorlevel 1 set "current=yes"
)
if not defined current (
  where mvn >nul 2>nul
  if errorlevel 1 (
    echo Atelier is built by Apache Maven and found no mvn on the PATH: install it. 1>&2
    exit /b 1
  )
  echo Building Atelier ^(about a minute the first time^) ... 1>&2
  if not exist "%built%" mkdir "%built%"
  type nul > "%built%\stamp.new"
  if exist "%home%cli\target\launcher\lib" rmdir /s /q "%home%cli\target\launcher\lib"
  pushd "%home%"
  call mvn -B -q -ntp -Datelier.launcher -pl cli -am package > "%built%\build.log" 2>&1
  if errorlevel 1 (
    popd
    type "%built%\build.log" 1>&2
    echo The build of Atelier failed; all that Maven said is in %built%\build.log 1>&2
    exit /b 1
  )
  popd
  if exist "%built%\lib" rmdir /s /q "%built%\lib"
  move "%home%cli\target\launcher\lib" "%built%\lib" >nul
  move /y "%built%\stamp.new" "%built%\stamp" >nul
)

"%JAVA_HOME%\bin\java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED %ATELIER_JAVA_OPTS% -cp "%built%\lib\*" io.atelier.cli.Main %*
exit /b %errorlevel%

rem Sets jdk to folder %1 if it holds a JDK 25 or later.
:consider
if not exist "%~1\bin\javac.exe" exit /b 0
if not exist "%~1\release" exit /b 0
for /f "tokens=2 delims==" %%v in ('findstr /b "JAVA_VERSION=" "%~1\release"') do (
  for /f "tokens=1 delims=." %%m in (%%v) do if %%~m geq 25 set "jdk=%~1"
)
exit /b 0
